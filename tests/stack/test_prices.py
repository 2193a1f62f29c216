"""Prices of the REST API: set some time after the end, from a table that can be changed."""

from typing import Any

import pytest

from deskphone.values import HANDSETS, LINE
from local_stack.testing import HANDSET, LocalStack


def prices(stack: LocalStack, method: str, body: Any = None) -> Any:
    """Send a request to the switch for prices; return its JSON."""
    url = f"{stack.emulator_url}/emulator/prices"
    answer = stack.http.request(method, url, json={} if body is None else body, timeout=10)
    answer.raise_for_status()
    return answer.json()


def price(stack: LocalStack, path: str) -> str | None:
    """Return the price of a resource of the REST API."""
    return stack.rest("GET", f"{path}.json").json()["price"]


def texted(stack: LocalStack, body: str = "Hello", **parameters: str) -> str:
    """Send a text through the REST API; return its path."""
    form = {"To": HANDSET, "From": LINE, "Body": body, **parameters}
    sid = stack.rest("POST", "Messages.json", form).json()["sid"]
    stack.advance(1)
    return f"Messages/{sid}"


def called(stack: LocalStack, seconds: int) -> str:
    """Make a recorded call of this length; return its SID."""
    sid = stack.place_call(f"<Response><Pause length='{seconds}'/></Response>", Record="true")
    stack.advance(1)
    stack.answer(sid)
    stack.advance(seconds)
    return sid


def test_the_price_of_a_text_comes_after_it_was_sent(stack: LocalStack) -> None:
    text = texted(stack)
    before = price(stack, text)
    stack.advance(30)

    assert (before, price(stack, text)) == (None, "-0.00830")


@pytest.mark.parametrize(
    ("body", "parameters", "expected"),
    [
        ("Hello " * 40, {}, "-0.01660"),
        ("Hello", {"MediaUrl": "https://example.com/a.jpg"}, "-0.02200"),
    ],
)
def test_segments_and_pictures_cost_more(
    stack: LocalStack, body: str, parameters: dict[str, str], expected: str
) -> None:
    text = texted(stack, body, **parameters)
    stack.advance(30)

    assert price(stack, text) == expected


def test_a_received_text_has_a_price(stack: LocalStack) -> None:
    sid = stack.text("Hello")
    stack.advance(30)

    assert price(stack, f"Messages/{sid}") == "-0.00830"


def test_a_call_and_its_recording_cost_each_started_minute(stack: LocalStack) -> None:
    sid = called(stack, 61)
    before = price(stack, f"Calls/{sid}")
    stack.advance(30)
    [recording] = stack.rest("GET", f"Calls/{sid}/Recordings.json").json()["recordings"]

    assert (before, price(stack, f"Calls/{sid}")) == (None, "-0.02800")
    assert recording["price"] == price(stack, f"Recordings/{recording['sid']}") == "-0.00500"


def test_an_incoming_call_costs_less(stack: LocalStack) -> None:
    stack.line_answers("<Response><Say>Hello</Say></Response>")
    sid = stack.ring()
    stack.advance(40)

    assert price(stack, f"Calls/{sid}") == "-0.00850"


def test_an_unanswered_call_costs_nothing(stack: LocalStack) -> None:
    sid = stack.place_call("<Response/>")
    stack.advance(120)

    assert price(stack, f"Calls/{sid}") is None


def test_prices_can_be_changed(stack: LocalStack) -> None:
    changed = prices(stack, "PUT", {"text": 0.04, "after_s": 0})

    assert price(stack, texted(stack)) == "-0.04000"
    assert (changed["text"], changed["call"]) == (0.04, 0.014)


def test_prices_can_be_left_out_until_they_are_set_or_reset(stack: LocalStack) -> None:
    off = prices(stack, "DELETE")
    text = texted(stack)
    stack.advance(60)
    without = price(stack, text)
    again = prices(stack, "PUT")
    then = price(stack, text)
    prices(stack, "DELETE")
    stack.reset()

    assert (off, without, then) == (None, None, "-0.00830")
    assert prices(stack, "GET") == again


@pytest.mark.parametrize(
    "body", [{"text": -1}, {"text": True}, {"text": "1"}, {"fax": 1}, {"after_s": 90000}]
)
def test_an_invalid_price_is_refused(stack: LocalStack, body: dict[str, Any]) -> None:
    url = f"{stack.emulator_url}/emulator/prices"

    assert stack.http.put(url, json=body, timeout=10).status_code == 400
    assert prices(stack, "GET")["text"] == 0.0083


def test_get_status_tells_the_price(stack: LocalStack) -> None:
    sid = stack.function("SendSms", {"to": HANDSETS[1], "body": "Hello"}).json()["sid"]
    stack.advance(60)

    details = stack.function(f"GetStatus?sid={sid}&details=true", method="GET").json()["details"]
    assert (details["price"], details["price_unit"]) == ("-0.00830", "USD")


def test_a_failed_text_says_why_and_costs_nothing(stack: LocalStack) -> None:
    stack.text("STOP")
    stack.advance(1)
    service = {"MessagingServiceSid": "MG" + "0" * 32, "From": ""}
    text = texted(stack, **service)
    stack.advance(60)

    shown = stack.rest("GET", f"{text}.json").json()
    assert (shown["status"], shown["error_code"], shown["price"]) == ("failed", 21610, None)
    assert shown["error_message"] == "Attempt to send to unsubscribed recipient"
