"""Limits from the settings, tested through the local stack."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from deskphone.values import HANDSETS
from local_stack.testing import LocalStack

if TYPE_CHECKING:
    import requests

HOME, OFFICE, ABROAD = HANDSETS[0], HANDSETS[1], "+442079460018"
SETTINGS = {"KILL_SWITCH": "false", "MAX_CALL_SECONDS": "20", "ALLOWED_COUNTRIES": "US,GB"}


def tried(stack: LocalStack, to: str) -> list[requests.Response]:
    """Return the responses of both actions for a number."""
    text = {"to": to, "body": "Hello"}
    return [stack.function("SendSms", text), stack.function("PlaceCall", {"to": to})]


def heard_on(stack: LocalStack, twimlet: str, after_s: float = 60) -> list[str]:
    """Return what a caller of the line hears when a function handles its calls."""
    stack.line_goes_to(VoiceUrl=f"{stack.functions_url}/api/{twimlet}")
    sid = stack.ring()
    stack.advance(after_s)
    return stack.heard(sid)


def test_a_number_abroad_is_refused_without_a_request_to_twilio(stack: LocalStack) -> None:
    for refused in tried(stack, ABROAD):
        assert refused.status_code == 403
        assert refused.headers["Content-Type"] == "application/problem+json"
        assert "set ALLOWED_COUNTRIES to US,GB" in refused.json()["detail"]

    assert stack.rest("GET", "Messages.json").json()["messages"] == []
    assert stack.rest("GET", "Calls.json").json()["calls"] == []


def test_a_caller_hears_that_calls_abroad_are_not_allowed(stack: LocalStack) -> None:
    assert heard_on(stack, f"TwimlForward?PhoneNumber={quote(ABROAD)}") == [
        "This line is not set up correctly: it has no phone number that it's allowed to call."
    ]
    assert stack.look(f"handsets/{quote(ABROAD)}")["calls"] == []
    assert stack.alerts() == []


@pytest.fixture(scope="module")
def bounded_stack() -> Iterator[LocalStack]:
    """A separate stack with short calls and an app that allows two countries."""
    stack = LocalStack.start(environment=SETTINGS)
    yield stack
    stack.stop()


@pytest.mark.soak
def test_the_maximum_length_ends_placed_and_forwarded_calls(
    bounded_stack: LocalStack,
) -> None:
    stack = bounded_stack
    forward = f"TwimlForward?PhoneNumber={quote(OFFICE)}"
    stack.line_goes_to(VoiceUrl=f"{stack.functions_url}/api/{forward}")
    stack.ring()
    pause = "<Response><Pause length='100'/></Response>"
    placed = stack.function("PlaceCall", {"to": ABROAD, "twiml": pause}).json()["sid"]
    stack.advance(2)
    [forwarded] = [call["sid"] for call in stack.look(f"handsets/{quote(OFFICE)}")["calls"]]
    for sid in (placed, forwarded):
        stack.answer(sid)

    stack.advance(15)
    assert {stack.call(sid)["status"] for sid in (placed, forwarded)} == {"in-progress"}
    stack.advance(10)
    assert {stack.call(sid)["status"] for sid in (placed, forwarded)} == {"completed"}
    longer = stack.function("PlaceCall", {"to": HOME, "time_limit": 21})
    assert (longer.status_code, longer.json()["field"]) == (403, "time_limit")


@pytest.mark.soak
def test_the_kill_switch_stops_everything_that_costs_money() -> None:
    stack = LocalStack.start(environment={"KILL_SWITCH": "true"})
    try:
        assert [refused.status_code for refused in tried(stack, HOME)] == [403, 403]
        assert heard_on(stack, f"TwimlForward?PhoneNumber={quote(OFFICE)}") == [
            "Sorry, this line isn't connecting calls right now. Please call again later."
        ]
        stack.text("Hello")
        stack.advance(5)
        assert [text["body"] for text in stack.texts()] == ["Hello"]
        assert stack.look(f"handsets/{quote(OFFICE)}")["calls"] == []
        assert stack.alerts() == []
    finally:
        stack.stop()
