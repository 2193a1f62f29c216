"""Record: the caller's voice, its callback and its audio; twilio.com/docs/voice/twiml/record."""

import io
import wave
from typing import TYPE_CHECKING, Any

import pytest

from deskphone.values import ACCOUNT_SID
from local_stack.testing import LocalStack

if TYPE_CHECKING:
    from tests.conftest import WebServer


def recorded(stack: LocalStack, web_server: "WebServer", attributes: str = "") -> str:
    """Place a call that records with the action /done, and answer it; return its SID."""
    web_server.twiml("/done", "<Response><Say>Thank you</Say></Response>")
    document = f"<Response><Record action='done' {attributes}/><Say>Nothing</Say></Response>"
    sid = stack.place_call(Url=web_server.twiml("/record", document))
    stack.advance(1)
    stack.answer(sid)
    stack.advance(0)
    return sid


def asked(web_server: "WebServer", path: str = "/done") -> dict[str, str]:
    """Return the form of the only request for a path."""
    [request] = web_server.asked(path)
    return request.form


def recordings(stack: LocalStack) -> list[dict[str, Any]]:
    """Return Twilio's list of recordings, newest first."""
    return stack.rest("GET", "Recordings.json").json()["recordings"]


@pytest.mark.covers("Record", "Record.action", "Record.finishOnKey", "Record.playBeep")
def test_a_key_ends_the_recording_and_the_action_gets_it(
    stack: LocalStack, web_server: "WebServer"
) -> None:
    sid = recorded(stack, web_server)
    wants = stack.call(sid)["wants"]
    stack.advance(7)
    stack.press(sid, "5")
    stack.advance(2)

    form, [recording] = asked(web_server), recordings(stack)
    assert wants == ["recording"]
    assert (form["Digits"], form["RecordingDuration"]) == ("5", "7")
    assert form["RecordingSid"] == recording["sid"]
    assert form["RecordingUrl"] == (
        f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT_SID}/Recordings/{recording['sid']}"
    )
    assert stack.heard(sid) == ["Thank you"]
    assert "beep" in [entry["name"] for entry in stack.call(sid)["timeline"]]


@pytest.mark.covers("Record.finishOnKey", "Record.playBeep", "Record.method")
def test_finish_keys_and_beep_can_be_configured(stack: LocalStack, web_server: "WebServer") -> None:
    sid = recorded(stack, web_server, "finishOnKey='9#' playBeep='false' method='GET'")
    stack.press(sid, "5")
    stack.advance(3)
    stack.press(sid, "9")
    stack.advance(0)

    [request] = web_server.asked("/done")
    assert (request.method, "Digits=9" in request.path) == ("GET", True)
    assert "beep" not in [entry["name"] for entry in stack.call(sid)["timeline"]]


@pytest.mark.covers("Record.action")
def test_a_hangup_ends_it_and_the_action_gets_it(
    stack: LocalStack, web_server: "WebServer"
) -> None:
    sid = recorded(stack, web_server)
    stack.advance(4)
    stack.world(f"calls/{sid}/hangup")
    stack.advance(0)

    form = asked(web_server)
    assert (form["Digits"], form["RecordingDuration"]) == ("hangup", "4")
    assert form["CallStatus"] == "completed"


def test_an_immediate_hangup_leaves_nothing_to_report(
    stack: LocalStack, web_server: "WebServer"
) -> None:
    sid = recorded(stack, web_server)
    stack.advance(0.4)
    stack.world(f"calls/{sid}/hangup")
    stack.advance(0)

    assert web_server.asked("/done") == []
    assert [recording["status"] for recording in recordings(stack)] == ["absent"]


@pytest.mark.covers("Record.action")
def test_without_an_action_the_document_is_requested_again(
    stack: LocalStack, web_server: "WebServer"
) -> None:
    sid = stack.place_call(Url=web_server.twiml("/record", "<Response><Record/></Response>"))
    stack.advance(1)
    stack.answer(sid)
    stack.advance(2)
    stack.press(sid, "1")
    stack.advance(0)

    assert [r.form.get("RecordingDuration") for r in web_server.asked("/record")] == [None, "2"]


@pytest.mark.covers("Record.maxLength")
def test_it_ends_at_its_maximum_length(stack: LocalStack, web_server: "WebServer") -> None:
    recorded(stack, web_server, "maxLength='20'")
    stack.advance(19.9)
    before = web_server.asked("/done")
    stack.advance(0.2)

    assert (before, asked(web_server)["RecordingDuration"]) == ([], "20")
    assert asked(web_server)["Digits"] == ""


@pytest.mark.covers("Record.timeout", "Record.trim")
@pytest.mark.parametrize(("trim", "seconds"), [("trim-silence", "6"), ("do-not-trim", "14")])
def test_silence_ends_it_and_is_trimmed(
    stack: LocalStack, web_server: "WebServer", trim: str, seconds: str
) -> None:
    sid = recorded(stack, web_server, f"timeout='8' trim='{trim}'")
    stack.advance(6)
    stack.world(f"calls/{sid}/silence")
    stack.advance(7.9)
    before = web_server.asked("/done")
    stack.advance(0.2)

    assert (before, asked(web_server)["RecordingDuration"]) == ([], seconds)


@pytest.mark.covers("Record.timeout", "Record.trim")
def test_speech_ends_a_silence_and_silence_before_it_is_trimmed(
    stack: LocalStack, web_server: "WebServer"
) -> None:
    sid = recorded(stack, web_server)
    stack.world(f"calls/{sid}/silence")
    stack.advance(4)
    stack.world(f"calls/{sid}/speech", {"text": "Please call me back"})
    stack.advance(3)
    stack.press(sid, "#")
    stack.advance(0)

    assert asked(web_server)["RecordingDuration"] == "3"


@pytest.mark.covers("Record.timeout")
def test_no_silence_ends_it_with_timeout_0(stack: LocalStack, web_server: "WebServer") -> None:
    sid = recorded(stack, web_server, "timeout='0' trim='do-not-trim'")
    stack.world(f"calls/{sid}/silence")
    stack.advance(100)
    before = web_server.asked("/done")
    stack.press(sid, "1")
    stack.advance(0)

    assert (before, asked(web_server)["RecordingDuration"]) == ([], "100")


def test_a_recording_of_only_silence_is_kept(stack: LocalStack, web_server: "WebServer") -> None:
    sid = recorded(stack, web_server)
    stack.world(f"calls/{sid}/silence")
    stack.advance(6)

    assert asked(web_server)["RecordingDuration"] == "5"
    assert [recording["status"] for recording in recordings(stack)] == ["completed"]


@pytest.mark.covers("Record.recordingStatusCallbackEvent")
def test_an_empty_recording_is_absent_and_the_next_verb_runs(
    stack: LocalStack, web_server: "WebServer"
) -> None:
    report = web_server.twiml("/report", "<Response/>")
    sid = recorded(
        stack,
        web_server,
        f"recordingStatusCallback='{report}' recordingStatusCallbackEvent='absent'",
    )
    stack.press(sid, "1")
    stack.advance(2)

    form = asked(web_server, "/report")
    assert (form["RecordingStatus"], form["ErrorCode"]) == ("absent", "16101")
    assert (web_server.asked("/done"), stack.heard(sid)) == ([], ["Nothing"])


@pytest.mark.covers(
    "Record.recordingStatusCallback",
    "Record.recordingStatusCallbackMethod",
    "Record.recordingStatusCallbackEvent",
)
def test_the_recording_is_reported(stack: LocalStack, web_server: "WebServer") -> None:
    web_server.twiml("/report", "<Response/>")
    sid = recorded(
        stack,
        web_server,
        "recordingStatusCallback='report' recordingStatusCallbackMethod='POST' "
        "recordingStatusCallbackEvent='in-progress completed'",
    )
    stack.advance(3)
    stack.press(sid, "1")
    stack.advance(0)

    began, ended = [request.form for request in web_server.asked("/report")]
    [recording] = recordings(stack)
    assert (began["RecordingStatus"], "RecordingDuration" in began) == ("in-progress", False)
    assert ended == {
        "AccountSid": ACCOUNT_SID,
        "CallSid": sid,
        "RecordingSid": recording["sid"],
        "RecordingUrl": recording["media_url"],
        "RecordingStatus": "completed",
        "RecordingDuration": "3",
        "RecordingChannels": "1",
        "RecordingStartTime": recording["start_time"],
        "RecordingSource": "RecordVerb",
        "ErrorCode": "0",
    }


def test_a_redirected_call_keeps_its_recording(stack: LocalStack, web_server: "WebServer") -> None:
    sid = recorded(stack, web_server)
    stack.advance(3)
    stack.rest("POST", f"Calls/{sid}.json", {"Twiml": "<Response><Say>Elsewhere</Say></Response>"})
    stack.advance(2)

    [recording] = recordings(stack)
    assert (recording["status"], recording["duration"]) == ("completed", "3")
    assert (web_server.asked("/done"), stack.heard(sid)) == ([], ["Elsewhere"])


@pytest.mark.covers("Record.transcribe", "Record.transcribeCallback")
@pytest.mark.parametrize(
    ("seconds", "words", "expected"),
    [
        (5, ["Call me", "back"], ("completed", "Call me back")),
        (5, [], ("failed", "")),
        (2, ["Hi"], ("failed", "")),
    ],
)
def test_the_transcription_is_the_typed_text(
    stack: LocalStack,
    web_server: "WebServer",
    seconds: int,
    words: list[str],
    expected: tuple[str, str],
) -> None:
    web_server.twiml("/words", "<Response/>")
    sid = recorded(stack, web_server, "transcribe='true' transcribeCallback='words'")
    for one in words:
        stack.speak(sid, one)
        stack.speak(sid, "and so on", final=False)
    stack.advance(seconds)
    stack.press(sid, "1")
    stack.advance(1)

    form, [recording] = asked(web_server, "/words"), recordings(stack)
    assert (form["TranscriptionStatus"], form["TranscriptionText"]) == expected
    assert (form["RecordingSid"], form["CallSid"]) == (recording["sid"], sid)


def test_a_transcribed_recording_ends_after_two_minutes(
    stack: LocalStack, web_server: "WebServer"
) -> None:
    recorded(stack, web_server, "transcribe='true'")
    stack.advance(130)

    assert [recording["duration"] for recording in recordings(stack)] == ["120"]


@pytest.mark.covers("Play")
def test_a_recording_can_be_played_to_the_caller(
    stack: LocalStack, web_server: "WebServer"
) -> None:
    sid = recorded(stack, web_server)
    stack.advance(9)
    stack.press(sid, "1")
    stack.advance(2)
    url = asked(web_server)["RecordingUrl"]
    sid = stack.place_call(f"<Response><Play>{url}</Play><Play>{url[:-3]}000</Play></Response>")
    stack.advance(1)
    stack.answer(sid)
    stack.advance(8.9)
    before = stack.call(sid)["status"]
    stack.advance(0.2)

    assert (before, stack.call(sid)["status"]) == ("in-progress", "completed")
    assert [alert["code"] for alert in stack.alerts()] == [11200]


def test_the_audio_has_the_length_of_the_recording(
    stack: LocalStack, web_server: "WebServer"
) -> None:
    sid = recorded(stack, web_server)
    stack.advance(11)
    stack.press(sid, "1")
    stack.advance(0)
    name = asked(web_server)["RecordingSid"]
    sounds = [stack.rest("GET", f"Recordings/{name}{end}") for end in ("", ".wav", ".mp3")]
    on_the_page = stack.http.get(f"{stack.emulator_url}/emulator/recordings/{name}.wav", timeout=5)

    for sound in (sounds[0], sounds[1], on_the_page):
        with wave.open(io.BytesIO(sound.content)) as audio:
            assert audio.getnframes() == 11 * audio.getframerate()
    assert sounds[2].headers["Content-Type"] == "audio/mpeg"
