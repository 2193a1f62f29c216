"""A rejected signature is explained on the page, in the terminal and in an alert."""

from local_stack.testing import LocalStack


def test_wrong_host_is_named_on_page_in_terminal_and_in_alert(
    stack: LocalStack,
) -> None:
    port = stack.functions_url.rpartition(":")[2]
    stack.line_goes_to(SmsUrl=f"http://localhost:{port}/api/TwimlReply?Message=Noon")

    sid = stack.text("Is anyone there?")
    stack.advance(1)

    (delivery,) = stack.webhooks(sid)
    url = delivery["signature"]["steps"][0]
    assert [step["agrees"] for step in delivery["signature"]["steps"]] == [False, True, True]
    assert url["signed"][url["same"] : -url["tail"]] == "localhost"
    assert url["checked"][url["same"] : -url["tail"]] == "127.0.0.1"
    assert stack.alerts()[-1]["message"].endswith("What differs: host")
    advice = f"to start with http://127.0.0.1:{port}."
    terminal = stack.output.wait_for(advice)
    assert advice in terminal[terminal.index(sid) :]
    assert "Noon" not in terminal
