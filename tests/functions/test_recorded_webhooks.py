"""Each function gets the fields of the requests that Twilio is recorded to have sent it."""

from __future__ import annotations

import json
import logging
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from shared import clients
from shared.clock import SystemClock

if TYPE_CHECKING:
    from tests.functions.conftest import Form, Run, SignedRequest

pytestmark = pytest.mark.usefixtures("app")

RECORDED = json.loads(
    (Path(__file__).parents[1] / "stack/recorded/webhooks.json").read_text("utf-8")
)
OWNER = "%2B12025550124"
DIALED = f"TwimlForward?PhoneNumber={OWNER}&Dial=true"
SAID_HELLO, GOODBYE = "<Say>", "<Say>Thanks. Goodbye.</Say><Hangup />"
HUNG_UP = "<Response><Hangup /></Response>"
NOTHING, REDIRECTED = "", "(redirected)"
STATUS = {NOTHING: 204, REDIRECTED: 302}
FUNCTIONS = {
    "incoming call": ("TwimlHello", SAID_HELLO),
    "document of a placed call": ("TwimlHello", SAID_HELLO),
    "end of a placed call: completed": ("OnCallStatus", NOTHING),
    "end of a placed call: busy": ("OnCallStatus", NOTHING),
    "end of a placed call: no-answer": ("OnCallStatus", NOTHING),
    "end of a placed call after machine detection": ("OnCallStatus", NOTHING),
    "answer of a dialed call": ("OnCallStatus", NOTHING),
    "end of an incoming call": ("OnCallStatus", NOTHING),
    "Gather action": ("TwimlMenu?Options[1]=TwimlHello", REDIRECTED),
    "Record action: key": ("TwimlVoicemail", GOODBYE),
    "Record action: hangup": ("TwimlVoicemail", GOODBYE),
    "Dial action": (DIALED, HUNG_UP),
    "Dial action, recorded": (DIALED, HUNG_UP),
    "recording by Record": (f"OnRecording?Notify={OWNER}", NOTHING),
    "recording by Dial": (f"OnRecording?Notify={OWNER}", NOTHING),
    "whisper": ("TwimlWhisper", "<Gather"),
    "Enqueue wait": ("TwimlQueue?Step=wait", "You are number 1 in line."),
    "Enqueue action: hangup": ("TwimlQueue?Step=end", HUNG_UP),
    "Enqueue action: redirected": ("TwimlQueue?Step=end", HUNG_UP),
    "Conference wait": ("TwimlHoldMusic?Bucket=com.twilio.music.guitars", "<Play>"),
    "received text": ("TwimlReply?Message=Hi", "<Message>Hi</Message>"),
    "received pictures": ("TwimlReply?Message=Hi", "<Message>Hi</Message>"),
    "fallback of a received text": ("TwimlReply?Message=Hi", "<Message>Hi</Message>"),
    "text sent": ("OnMessageStatus", NOTHING),
    "text delivered": ("OnMessageStatus", NOTHING),
    "text undelivered": ("OnMessageStatus", NOTHING),
}
"""The function for each kind of request, and what its answer contains."""
CALL, MESSAGE, RECORDING = "CA" + "0" * 32, "SM" + "0" * 32, "RE" + "0" * 32
VALUES = {
    **dict.fromkeys(("CallSid", "ParentCallSid", "DialCallSid"), CALL),
    **dict.fromkeys(("MessageSid", "SmsSid", "SmsMessageSid"), MESSAGE),
    **dict.fromkeys(("From", "Caller"), "+12025550123"),
    **dict.fromkeys(("To", "Called", "CalledVia", "ForwardedFrom"), "+12025550100"),
    "RecordingSid": RECORDING,
    "RecordingUrl": f"https://api.twilio.com/2010-04-01/Accounts/AC/Recordings/{RECORDING}",
    "Body": "Hello",
    "CallStatus": "completed",
    "DialBridged": "true",
    "DialCallStatus": "completed",
    "Digits": "1",
    "Direction": "inbound",
    "ErrorCode": "0",
    "NumMedia": "0",
    "QueuePosition": "1",
    "QueueResult": "hangup",
    "QueueTime": "3",
    "RecordingStatus": "completed",
    "msg": "Gather End",
}
OF_THE_KIND = {
    "text sent": {"MessageStatus": "sent"},
    "text delivered": {"MessageStatus": "delivered"},
    "text undelivered": {"MessageStatus": "undelivered", "ErrorCode": "30034"},
}


def form_of(recording: dict[str, Any]) -> Form:
    """Return the fields of a recording with values of this test."""
    values = VALUES | OF_THE_KIND.get(recording["kind"], {})
    return [(name, values.get(name, "")) for name in recording["fields"]]


@pytest.mark.parametrize(
    "recording",
    [one for one in RECORDED if one["kind"] in FUNCTIONS],
    ids=lambda one: f"{one['kind']} {one['year']}",
)
def test_a_function_answers_a_recorded_request(
    run: Run,
    signed_request: SignedRequest,
    values: dict[str, str],
    caplog: pytest.LogCaptureFixture,
    recording: dict[str, Any],
) -> None:
    caplog.set_level(logging.INFO)
    values["LINK_SIGNING_KEY"] = "0123456789" * 4
    clients.reset(clients.Clients(values, SystemClock()))
    path, expected = FUNCTIONS[recording["kind"]]
    main = import_module(path.partition("?")[0]).main

    response = run(main, signed_request(f"/api/{path}", form_of(recording)))

    assert response.status_code == STATUS.get(expected, 200)
    if expected not in STATUS:
        assert expected in response.get_body().decode()
    assert [one for one in caplog.records if one.levelno >= logging.ERROR] == []
    if expected == NOTHING:
        has_error = any('"error_code"' in one.getMessage() for one in caplog.records)
        assert has_error == (recording["kind"] == "text undelivered")


def test_each_recording_has_a_function_but_transcriptions() -> None:
    # No function asks for transcriptions.
    assert {one["kind"] for one in RECORDED} == {*FUNCTIONS, "transcription"}
