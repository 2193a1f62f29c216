"""Dial that records the conversation; twilio.com/docs/voice/twiml/dial, "record"."""

from typing import TYPE_CHECKING, Any

import pytest

from local_stack.testing import LocalStack

if TYPE_CHECKING:
    from tests.conftest import WebServer

OTHER = "+12025550124"


def dialing(stack: LocalStack, web_server: "WebServer", attributes: str) -> tuple[str, str]:
    """Place a call that dials with the action /done, and answer it; return both SIDs."""
    for path in ("/done", "/report"):
        web_server.twiml(path, "<Response/>")
    document = f"<Response><Dial action='done' {attributes}>{OTHER}</Dial></Response>"
    sid = stack.place_call(Url=web_server.twiml("/dial", document))
    stack.advance(1)
    stack.answer(sid)
    stack.advance(1)
    [leg] = stack.legs(sid)
    return sid, leg


def talk(stack: LocalStack, leg: str) -> None:
    """Let it ring for four more seconds, then talk for nine."""
    stack.advance(4)
    stack.answer(leg)
    stack.advance(9)
    stack.world(f"calls/{leg}/hangup")
    stack.advance(1)


def recordings(stack: LocalStack) -> list[dict[str, Any]]:
    return stack.rest("GET", "Recordings.json").json()["recordings"]


@pytest.mark.covers("Dial.record")
@pytest.mark.parametrize(
    ("record", "channels", "seconds"),
    [
        ("true", 1, "9"),
        ("record-from-answer", 1, "9"),
        ("record-from-answer-dual", 2, "9"),
        ("record-from-ringing", 1, "14"),
        ("record-from-ringing-dual", 2, "14"),
    ],
)
def test_the_conversation_is_recorded(
    stack: LocalStack, web_server: "WebServer", record: str, channels: int, seconds: str
) -> None:
    sid, leg = dialing(stack, web_server, f"record='{record}'")
    talk(stack, leg)

    [recording], [done] = recordings(stack), web_server.asked("/done")
    assert (recording["channels"], recording["duration"]) == (channels, seconds)
    assert (recording["source"], recording["call_sid"]) == ("DialVerb", sid)
    assert done.form["RecordingUrl"] == recording["media_url"]


@pytest.mark.covers("Dial.record")
@pytest.mark.parametrize("record", ["do-not-record", "false"])
def test_nothing_is_recorded_by_default(
    stack: LocalStack, web_server: "WebServer", record: str
) -> None:
    _, leg = dialing(stack, web_server, f"record='{record}'")
    talk(stack, leg)

    assert recordings(stack) == []
    assert "RecordingUrl" not in web_server.asked("/done")[0].form


@pytest.mark.covers(
    "Dial.recordingStatusCallback",
    "Dial.recordingStatusCallbackMethod",
    "Dial.recordingStatusCallbackEvent",
)
def test_the_recording_of_a_conversation_is_reported(
    stack: LocalStack, web_server: "WebServer"
) -> None:
    sid, leg = dialing(
        stack,
        web_server,
        "record='true' recordingStatusCallback='report' recordingStatusCallbackMethod='GET' "
        "recordingStatusCallbackEvent='in-progress completed'",
    )
    talk(stack, leg)

    reports = [request.path for request in web_server.asked("/report")]
    assert [request.method for request in web_server.asked("/report")] == ["GET", "GET"]
    assert "RecordingStatus=in-progress" in reports[0]
    assert "RecordingStatus=completed" in reports[1]
    assert all(f"CallSid={sid}" in report for report in reports)


@pytest.mark.covers("Dial.record")
def test_unanswered_ringing_is_recorded_if_requested(
    stack: LocalStack, web_server: "WebServer"
) -> None:
    dialing(stack, web_server, "record='record-from-ringing' timeout='10'")
    stack.advance(20)

    [recording], [done] = recordings(stack), web_server.asked("/done")
    assert (done.form["DialCallStatus"], done.form["RecordingUrl"]) == (
        "no-answer",
        recording["media_url"],
    )


def test_the_callers_hangup_ends_the_recording(stack: LocalStack, web_server: "WebServer") -> None:
    sid, leg = dialing(stack, web_server, "record='true'")
    stack.answer(leg)
    stack.advance(6)
    stack.world(f"calls/{sid}/hangup")
    stack.advance(1)

    [recording] = recordings(stack)
    assert (recording["status"], recording["duration"]) == ("completed", "6")
    assert web_server.asked("/done")[0].form["RecordingUrl"] == recording["media_url"]
