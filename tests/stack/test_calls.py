"""Calls in both directions: what the handset does, what is said, what is reported."""

from typing import Any

import pytest
import requests

from emulator.local_values import LINE
from emulator.testing import HANDSET, LocalStack

PLACE = {"to": HANDSET}
RINGS_S = 1


def reports(stack: LocalStack, sid: str) -> list[dict[str, str]]:
    """The forms of the status callbacks of a call."""
    return [dict(w["form"]) for w in stack.webhooks(sid) if w["purpose"] == "status"]


def statuses(stack: LocalStack, sid: str) -> list[str]:
    """The states that were reported, in the order of their arrival."""
    return [form["CallStatus"] for form in reports(stack, sid)]


def ringing(stack: LocalStack, **call: object) -> str:
    """Let the app call the handset; return the SID."""
    sid = stack.function("PlaceCall", {**PLACE, **call}).json()["sid"]
    stack.advance(RINGS_S)
    return sid


def test_a_call_without_content_says_hello_world(stack: LocalStack) -> None:
    sid = ringing(stack)
    stack.answer(sid)
    stack.advance(5)

    assert (stack.heard(sid), stack.call(sid)["status"]) == (["Hello World"], "completed")
    assert statuses(stack, sid) == ["initiated", "ringing", "in-progress", "completed"]
    assert [form["SequenceNumber"] for form in reports(stack, sid)] == ["0", "1", "2", "3"]


def test_every_report_is_signed_and_accepted(stack: LocalStack) -> None:
    sid = ringing(stack)
    stack.answer(sid)
    stack.advance(5)

    assert {
        (w["signed"], w["status"]) for w in stack.webhooks(sid) if w["purpose"] == "status"
    } == {(True, 204)}


def test_a_message_is_spoken(stack: LocalStack) -> None:
    sid = ringing(stack, message="Tom & Jerry <3")
    stack.answer(sid)
    stack.advance(5)

    assert stack.heard(sid) == ["Tom & Jerry <3"]


def test_a_declined_call_is_busy(stack: LocalStack) -> None:
    sid = ringing(stack)
    stack.world(f"calls/{sid}/decline")
    stack.advance(1)

    assert statuses(stack, sid) == ["initiated", "ringing", "busy"]
    assert reports(stack, sid)[-1]["SipResponseCode"] == "486"


def test_a_call_that_nobody_takes_ends_after_a_minute(stack: LocalStack) -> None:
    sid = ringing(stack)
    stack.advance(59)
    before = stack.call(sid)["status"]
    stack.advance(1)

    assert (before, stack.call(sid)["status"]) == ("ringing", "no-answer")


def test_hanging_up_stops_the_speech(stack: LocalStack) -> None:
    sid = ringing(stack, message="A very long sentence. " * 20)
    stack.answer(sid)
    stack.advance(2)
    stack.world(f"calls/{sid}/hangup")
    stack.advance(1)

    assert stack.call(sid)["status"] == "completed"
    assert reports(stack, sid)[-1]["CallDuration"] == "2"


def test_the_duration_in_minutes_is_rounded_up(stack: LocalStack) -> None:
    sid = stack.place_call(
        "<Response><Pause length='61'/></Response>",
        StatusCallback=f"{stack.functions_url}/api/OnCallStatus",
    )
    stack.advance(RINGS_S)
    stack.answer(sid)
    stack.advance(70)

    [last] = reports(stack, sid)
    assert (last["Duration"], last["CallDuration"], last["SequenceNumber"]) == ("2", "61", "0")


def test_cancelling_a_queued_call_reports_nothing(stack: LocalStack) -> None:
    sid = stack.function("PlaceCall", PLACE).json()["sid"]
    answer = stack.rest("POST", f"Calls/{sid}.json", {"Status": "canceled"})
    stack.advance(1)

    assert (answer.json()["status"], statuses(stack, sid)) == ("canceled", [])


def test_a_live_call_can_be_sent_elsewhere(stack: LocalStack) -> None:
    sid = stack.place_call("<Response><Pause length='600'/></Response>")
    stack.advance(RINGS_S)
    stack.answer(sid)
    stack.advance(1)
    stack.rest("POST", f"Calls/{sid}.json", {"Twiml": "<Response><Say>Elsewhere</Say></Response>"})
    stack.advance(5)

    assert (stack.heard(sid), stack.call(sid)["status"]) == (["Elsewhere"], "completed")


def test_the_time_limit_ends_a_call(stack: LocalStack) -> None:
    sid = stack.place_call("<Response><Pause length='600'/></Response>", TimeLimit="10")
    stack.advance(RINGS_S)
    stack.answer(sid)
    stack.advance(10)

    assert stack.rest("GET", f"Calls/{sid}.json").json()["duration"] == "10"


def test_somebody_who_calls_the_line_hears_hello_world(stack: LocalStack) -> None:
    sid = stack.ring()
    stack.advance(5)

    call = stack.call(sid)
    [webhook] = stack.webhooks(sid)
    assert (stack.heard(sid), call["status"], call["direction"]) == (
        ["Hello World"],
        "completed",
        "inbound",
    )
    assert dict(webhook["form"])["CallStatus"] == "ringing"


def test_the_number_decides_who_answers(stack: LocalStack, line: str) -> None:
    url = f"{stack.functions_url}/api/TwimlMessage?Message=We+are+closed."
    stack.rest("POST", f"IncomingPhoneNumbers/{line}.json", {"VoiceUrl": url, "VoiceMethod": "GET"})
    sid = stack.ring()
    stack.advance(5)

    assert (stack.heard(sid), stack.webhooks(sid)[0]["method"]) == (["We are closed."], "GET")


@pytest.fixture
def line(stack: LocalStack) -> str:
    """The SID of the line's number resource."""
    found: list[dict[str, Any]] = stack.rest("GET", "IncomingPhoneNumbers.json").json()[
        "incoming_phone_numbers"
    ]
    return found[0]["sid"]


def test_the_number_hears_of_the_end_of_an_incoming_call(stack: LocalStack, line: str) -> None:
    callback = f"{stack.functions_url}/api/OnCallStatus"
    stack.rest("POST", f"IncomingPhoneNumbers/{line}.json", {"StatusCallback": callback})
    sid = stack.ring()
    stack.advance(5)

    assert [(form["CallStatus"], form["To"]) for form in reports(stack, sid)] == [
        ("completed", LINE)
    ]


@pytest.mark.parametrize("action", ["answer", "decline"])
def test_a_call_that_is_over_cannot_be_taken(stack: LocalStack, action: str) -> None:
    sid = ringing(stack)
    stack.world(f"calls/{sid}/decline")

    with pytest.raises(requests.HTTPError, match="409"):
        stack.world(f"calls/{sid}/{action}")
