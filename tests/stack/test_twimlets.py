"""The Twimlets in calls: their steps, redirects, and screening of the callee."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from deskphone.values import HANDSETS

if TYPE_CHECKING:
    from local_stack.testing import LocalStack
    from tests.conftest import WebServer

FIRST, SECOND = "+12025550124", "+12025550125"


def calls_on(stack: LocalStack, number: str) -> list[str]:
    """Return the calls on a handset, oldest first."""
    return [call["sid"] for call in stack.look(f"handsets/{quote(number)}")["calls"]]


def call_in(stack: LocalStack, twimlet: str) -> str:
    """Call the line, whose calls a Twimlet handles; return the SID."""
    stack.line_goes_to(VoiceUrl=f"{stack.functions_url}/api/{twimlet}")
    sid = stack.ring()
    stack.advance(1)
    return sid


def test_a_menu_forwards_to_a_number_and_continues_without_an_answer(stack: LocalStack) -> None:
    closed = f"{stack.functions_url}/api/TwimlMessage?Message=We%20are%20closed."
    forward = f"TwimlForward?PhoneNumber={quote(FIRST)}&Timeout=10&FailUrl={quote(closed, safe='')}"
    option = quote(f"{stack.functions_url}/api/{forward}", safe="")
    sid = call_in(stack, f"TwimlMenu?Message=Press%201.&Options[1]={option}")

    stack.press(sid, "1")
    stack.advance(1)
    [leg] = calls_on(stack, FIRST)
    assert stack.call(leg)["status"] == "ringing"
    stack.advance(20)

    assert stack.call(leg)["status"] == "no-answer"
    assert stack.heard(sid) == ["Press 1.", "We are closed."]
    assert stack.alerts() == []


def test_the_next_number_is_tried_when_the_first_does_not_accept_the_call(
    stack: LocalStack,
) -> None:
    numbers = f"PhoneNumbers[]={quote(FIRST)}&PhoneNumbers[]={quote(SECOND)}"
    sid = call_in(stack, f"TwimlFindMe?{numbers}&Message=A%20call.")

    [machine] = calls_on(stack, FIRST)
    stack.answer(machine)
    stack.advance(15)
    [person] = calls_on(stack, SECOND)
    stack.answer(person)
    stack.advance(2)
    stack.press(person, "5")
    stack.advance(2)

    assert stack.heard(machine) == stack.heard(person) == ["A call."]
    assert stack.call(machine)["status"] == "completed"
    assert stack.call(sid)["status"] == stack.call(person)["status"] == "in-progress"
    assert stack.alerts() == []


def test_a_pass_code_cannot_be_guessed_in_one_call(stack: LocalStack) -> None:
    sid = call_in(stack, "TwimlConference?Name=standup&Password=1234")

    for wrong in ("1111", "2222", "", "3333", "4444"):
        if wrong:
            stack.press(sid, wrong)
        stack.advance(8)

    assert stack.call(sid)["status"] == "completed"
    assert stack.heard(sid) == [
        *["Please enter your conference pass code"] * 5,
        "Sorry, that's not the right pass code. Please call again. Goodbye.",
    ]
    assert stack.alerts() == []


def test_a_refused_voicemail_callback_is_retried(stack: LocalStack, web_server: WebServer) -> None:
    document = stack.webhook(f"TwimlVoicemail?Notify={quote(HANDSETS[1])}").text
    stack.line_goes_to(VoiceUrl=web_server.twiml("/api/TwimlVoicemail", document))
    web_server.answer("/api/OnRecording", b"", "", 204)
    web_server.failures["/api/OnRecording"] = 1

    sid = stack.ring()
    stack.advance(9)
    stack.hang_up(sid)
    stack.advance(9)

    first, second = web_server.asked("/api/OnRecording")
    assert first.path == second.path == f"/api/OnRecording?Notify={quote(HANDSETS[1])}"
    assert first.form == second.form
    reports = [w for w in stack.webhooks(sid) if "OnRecording" in w["url"]]
    assert [(w["attempt"], w["status"]) for w in reports] == [(1, 503), (2, 204)]
    assert stack.alerts() == []
