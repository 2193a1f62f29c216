"""Fields of Twilio's requests that recordings have and its documents don't, or say otherwise."""

import base64
import json
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest

from deskphone.values import ACCOUNT_SID, HANDSETS, LINE
from local_stack.testing import HANDSET, LocalStack

if TYPE_CHECKING:
    from tests.conftest import Received, WebServer

EMPTY = "<Response/>"
LONG = "<Response><Pause length='600'/></Response>"
HELD = "<Response><Say loop='0'>Please hold the line until it is your turn.</Say></Response>"
RINGS_S = 1


def answered(stack: LocalStack, document: str, web_server: "WebServer", **options: str) -> str:
    """Place a call that runs the document at /first, and answer it; return its SID."""
    url = web_server.twiml("/first", document)
    sid = stack.place_call(Url=url, **options)
    stack.advance(RINGS_S)
    stack.answer(sid)
    stack.advance(0)
    return sid


def incoming(stack: LocalStack, document: str, web_server: "WebServer", caller: str) -> str:
    """Call the line, which runs the document at /line; return the call's SID."""
    stack.line_goes_to(VoiceUrl=web_server.twiml("/line", document))
    sid = stack.ring(caller)
    stack.advance(0)
    return sid


def asked(web_server: "WebServer", path: str) -> "Received":
    """Return the only request for a path."""
    [request] = web_server.asked(path)
    return request


@pytest.mark.parametrize(
    ("caller", "verstat"),
    [(HANDSET, "TN-Validation-Passed-A"), ("+919810012345", "TN-Validation-Passed-C")],
)
def test_the_first_request_of_an_incoming_call_says_what_vouches_for_it(
    stack: LocalStack, web_server: "WebServer", caller: str, verstat: str
) -> None:
    incoming(
        stack,
        f"<Response><Redirect>{web_server.url}/next</Redirect></Response>",
        web_server,
        caller,
    )

    first, then = asked(web_server, "/line").form, asked(web_server, "/next").form
    token = json.loads(unquote(first["CallToken"]))
    header = token["parentCallInfoToken"].partition(".")[0]
    assert first["StirVerstat"] == verstat
    assert token["identityHeaderTokens"] == []
    assert json.loads(base64.urlsafe_b64decode(header + "==="))["typ"] == "JWT"
    assert not {"CallToken", "StirVerstat"} & {*then}


@pytest.mark.parametrize(("to", "expected"), [(HANDSET, "C"), ("+442071838750", None)])
def test_the_first_request_of_a_placed_call_has_its_attestation(
    stack: LocalStack, web_server: "WebServer", to: str, expected: str | None
) -> None:
    url = web_server.twiml("/first", EMPTY)
    form = {"To": to, "From": LINE, "Url": url}
    sid = stack.rest("POST", "Calls.json", form).json()["sid"]
    stack.advance(RINGS_S)
    stack.answer(sid)
    stack.advance(0)

    form = asked(web_server, "/first").form
    assert (form.get("StirStatus"), "StirVerstat" in form) == (expected, expected is not None)


@pytest.mark.parametrize(
    ("sender", "place"),
    [
        ("+12125550123", ("US", "NY", "NEW YORK", "10001")),
        ("+12075550123", ("US", "ME", "", "")),
        ("+14165550123", ("CA", "ON", "TORONTO", "")),
        ("+17875550123", ("PR", "Puerto Rico", "SAN JUAN", "00901")),
        ("+18005550123", ("US", "", "", "")),
        ("+442071838750", ("GB", "", "", "")),
    ],
)
def test_the_place_of_a_number_comes_from_its_area_code(
    stack: LocalStack, web_server: "WebServer", sender: str, place: tuple[str, ...]
) -> None:
    stack.line_goes_to(SmsUrl=web_server.twiml("/sms", EMPTY))
    stack.text("Hello", sender)
    incoming(stack, EMPTY, web_server, sender)

    text, call = asked(web_server, "/sms").form, asked(web_server, "/line").form
    names = ("Country", "State", "City", "Zip")
    assert tuple(text[f"From{name}"] for name in names) == place
    assert tuple(call[f"Caller{name}"] for name in names) == place
    assert (text["ToState"], text["ToCity"], text["ToZip"]) == ("DC", "WASHINGTON", "20001")


@pytest.mark.covers("Gather.action", "Gather.finishOnKey", "Gather.numDigits")
@pytest.mark.parametrize(
    ("attributes", "keys", "expected"),
    [
        ("numDigits='2'", "12", ("12", "")),
        ("", "12#", ("12", "#")),
        ("finishOnKey='*'", "12*", ("12", "*")),
        ("timeout='3'", "12", ("12", "")),
    ],
)
def test_a_gather_says_how_it_ended(
    stack: LocalStack,
    web_server: "WebServer",
    attributes: str,
    keys: str,
    expected: tuple[str, str],
) -> None:
    web_server.twiml("/keys", EMPTY)
    sid = answered(stack, f"<Response><Gather action='/keys' {attributes}/></Response>", web_server)
    stack.press(sid, keys)
    stack.advance(4)

    form = asked(web_server, "/keys").form
    assert (form["Digits"], form["FinishedOnKey"]) == expected
    assert form["msg"] == "Gather End"


def test_a_recorded_dial_names_its_recording(stack: LocalStack, web_server: "WebServer") -> None:
    web_server.twiml("/done", EMPTY)
    document = f"<Response><Dial action='/done' record='true'>{HANDSETS[1]}</Dial></Response>"
    sid = answered(stack, document, web_server)
    stack.advance(RINGS_S)
    [leg] = stack.legs(sid)
    stack.answer(leg)
    stack.advance(4)
    stack.hang_up(leg)
    stack.advance(0)

    [recording] = stack.rest("GET", "Recordings.json").json()["recordings"]
    form = asked(web_server, "/done").form
    assert (form["RecordingSid"], form["RecordingDuration"]) == (recording["sid"], "4")
    assert form["RecordingUrl"] == recording["media_url"]


@pytest.mark.parametrize(("ending", "status"), [("decline", "busy"), ("", "no-answer")])
def test_a_call_without_an_answer_took_no_minutes(
    stack: LocalStack, web_server: "WebServer", ending: str, status: str
) -> None:
    callback = web_server.answer("/status", b"", "text/plain")
    sid = stack.place_call(EMPTY, StatusCallback=callback)
    stack.advance(RINGS_S)
    if ending:
        stack.world(f"calls/{sid}/{ending}")
    stack.advance(60)

    form = asked(web_server, "/status").form
    assert (form["CallStatus"], form["Duration"], form["CallDuration"]) == (status, "0", "0")


def test_an_incoming_call_ends_without_a_sip_code(
    stack: LocalStack, web_server: "WebServer"
) -> None:
    stack.line_goes_to(StatusCallback=web_server.answer("/status", b"", "text/plain"))
    incoming(stack, EMPTY, web_server, HANDSET)

    form = asked(web_server, "/status").form
    assert (form["CallStatus"], "SipResponseCode" in form) == ("completed", False)


def test_the_report_of_an_end_says_who_answered_but_not_when_that_was_known(
    stack: LocalStack, web_server: "WebServer"
) -> None:
    callback = web_server.answer("/status", b"", "text/plain")
    answered(stack, EMPTY, web_server, StatusCallback=callback, MachineDetection="Enable")
    stack.advance(5)

    first, report = asked(web_server, "/first").form, asked(web_server, "/status").form
    assert (report["AnsweredBy"], "MachineDetectionDuration" in report) == ("human", False)
    assert first["MachineDetectionDuration"] == "2000"


def test_a_delivered_text_has_the_carriers_time(stack: LocalStack, web_server: "WebServer") -> None:
    callback = web_server.answer("/report", b"", "text/plain")
    form = {"To": HANDSET, "From": LINE, "Body": "Hi", "StatusCallback": callback}
    text = stack.rest("POST", "Messages.json", form).json()
    stack.advance(1)

    sent, delivered = [list(request.form) for request in web_server.asked("/report")]
    date = web_server.asked("/report")[-1].form["RawDlrDoneDate"]
    assert (delivered[0], "RawDlrDoneDate" in sent) == ("RawDlrDoneDate", False)
    assert (len(date), date.isdecimal(), text["sid"][:2]) == (10, True, "SM")


def test_a_dialed_leg_names_the_number_that_was_called(
    stack: LocalStack, web_server: "WebServer"
) -> None:
    whisper, report = web_server.twiml("/whisper", EMPTY), web_server.twiml("/leg", EMPTY)
    number = f"<Number url='{whisper}' statusCallback='{report}'>{HANDSETS[1]}</Number>"
    sid = incoming(stack, f"<Response><Dial>{number}</Dial></Response>", web_server, HANDSET)
    stack.advance(RINGS_S)
    [leg] = stack.legs(sid)
    stack.answer(leg)
    stack.advance(1)
    stack.hang_up(leg)
    stack.advance(0)

    forms = [asked(web_server, path).form for path in ("/whisper", "/leg")]
    assert [(form["CalledVia"], form["ForwardedFrom"]) for form in forms] == [(LINE, LINE)] * 2
    assert ["FromState" in form for form in forms] == [True, False]


def test_a_leg_of_an_outgoing_call_came_in_on_no_number(
    stack: LocalStack, web_server: "WebServer"
) -> None:
    report = web_server.twiml("/leg", EMPTY)
    number = f"<Number statusCallback='{report}'>{HANDSETS[1]}</Number>"
    sid = answered(stack, f"<Response><Dial>{number}</Dial></Response>", web_server)
    stack.advance(RINGS_S)
    stack.hang_up(stack.legs(sid)[0])
    stack.advance(0)

    assert not {"CalledVia", "ForwardedFrom"} & {*asked(web_server, "/leg").form}


def test_a_conference_tells_its_wait_document_its_sid(
    stack: LocalStack, web_server: "WebServer"
) -> None:
    wait = web_server.twiml("/wait", LONG)
    answered(
        stack,
        f"<Response><Dial><Conference waitUrl='{wait}'>Room</Conference></Dial></Response>",
        web_server,
    )

    [conference] = stack.rest("GET", "Conferences.json?Status=init").json()["conferences"]
    assert asked(web_server, "/wait").form["ConferenceSid"] == conference["sid"]


def test_hanging_up_in_a_queue_leaves_the_status_in_progress(
    stack: LocalStack, web_server: "WebServer"
) -> None:
    web_server.twiml("/left", EMPTY)
    document = "<Response><Enqueue action='/left'>support</Enqueue></Response>"
    sid = answered(stack, document, web_server)
    stack.advance(3)
    stack.hang_up(sid)
    stack.advance(0)

    form = asked(web_server, "/left").form
    assert (form["QueueResult"], form["CallStatus"]) == ("hangup", "in-progress")


def test_a_received_mms_has_a_segment_for_each_picture(
    stack: LocalStack, web_server: "WebServer"
) -> None:
    stack.line_goes_to(SmsUrl=web_server.twiml("/sms", EMPTY))
    sender = "+12025550101"  # another number of the account: a handset sends one picture at a time
    stack.rest("POST", "IncomingPhoneNumbers.json", {"PhoneNumber": sender})
    pictures = [f"https://example.com/{name}.jpg" for name in "abc"]
    stack.rest("POST", "Messages.json", {"To": LINE, "From": sender, "MediaUrl": pictures})
    stack.advance(1)

    form = asked(web_server, "/sms").form
    assert (form["NumMedia"], form["NumSegments"]) == ("3", "3")


def test_the_types_of_forms_are_written_as_twilio_writes_them(
    stack: LocalStack, web_server: "WebServer"
) -> None:
    stack.line_goes_to(SmsUrl=web_server.twiml("/sms", EMPTY))
    stack.text("Hello")
    callback = web_server.answer("/report", b"", "text/plain")
    text = {"To": HANDSET, "From": LINE, "Body": "Hi", "StatusCallback": callback}
    stack.rest("POST", "Messages.json", text)
    incoming(stack, EMPTY, web_server, HANDSET)
    stack.advance(1)

    requests = [web_server.asked(path)[0] for path in ("/sms", "/report", "/line")]
    assert [request.headers["Content-Type"] for request in requests] == [
        "application/x-www-form-urlencoded",
        "application/x-www-form-urlencoded; charset=utf-8",
        "application/x-www-form-urlencoded; charset=UTF-8",
    ]
    assert {request.headers["X-Home-Region"] for request in requests} == {"us1"}


def test_fields_come_in_twilios_order(stack: LocalStack, web_server: "WebServer") -> None:
    stack.line_goes_to(SmsUrl=web_server.twiml("/sms", EMPTY))
    picture = web_server.answer("/a.jpg", b"x", "image/jpeg")
    stack.world("texts", {"from": HANDSET, "to": LINE, "body": "", "media_url": picture})
    incoming(stack, EMPTY, web_server, HANDSET)

    text, call = list(asked(web_server, "/sms").form), list(asked(web_server, "/line").form)
    assert text[:4] == ["ToCountry", "MediaContentType0", "ToState", "SmsMessageSid"]
    assert text[-2:] == ["MediaUrl0", "ApiVersion"]
    assert call[:5] == ["Called", "ToState", "CallerCountry", "Direction", "CallerState"]
    assert call[-2:] == ["FromZip", "FromState"]


def test_a_transcription_has_the_fields_of_a_call(
    stack: LocalStack, web_server: "WebServer"
) -> None:
    url = web_server.twiml("/words", EMPTY)
    record = f"<Record transcribe='true' transcribeCallback='{url}'/>"
    sid = answered(stack, f"<Response>{record}</Response>", web_server)
    stack.speak(sid, "Call me back")
    stack.advance(5)
    stack.press(sid, "1")
    stack.advance(0)

    form = asked(web_server, "/words").form
    recording = form["RecordingUrl"]
    assert form["TranscriptionUrl"] == f"{recording}/Transcriptions/{form['TranscriptionSid']}"
    assert (form["TranscriptionType"], form["CallStatus"]) == ("fast", "completed")
    assert (form["Called"], form["Caller"], form["url"]) == (HANDSET, LINE, url)
    assert (form["Direction"], form["ApiVersion"]) == ("outbound-api", "2010-04-01")
    assert f"/{ACCOUNT_SID}/Recordings/" in recording
