"""Documents that lead to each other for ever."""

import pytest

from emulator.testing import LocalStack

UNREACHABLE = "http://127.0.0.1:9/"


@pytest.mark.parametrize(
    "verb",
    [
        "<Dial>nobody</Dial>",
        "<Dial><Queue>missing</Queue></Dial>",
        f'<Enqueue waitUrl="{UNREACHABLE}">support</Enqueue>',
    ],
)
def test_a_call_that_goes_round_without_taking_time_ends(stack: LocalStack, verb: str) -> None:
    stack.line_answers(f"<Response>{verb}<Redirect/></Response>")
    sid = stack.ring()
    stack.advance(1)

    assert stack.call(sid)["status"] == "completed"
    assert "100 documents without playing anything" in stack.alerts()[-1]["message"]
