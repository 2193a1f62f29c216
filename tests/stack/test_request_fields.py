"""Values of Twilio's requests that recordings have and its documents don't, or say otherwise."""

import base64
import json
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest

from deskphone.values import HANDSETS, LINE
from local_stack.testing import HANDSET, LocalStack
from tests.stack.scenes import EMPTY, RINGS_S, Scene

if TYPE_CHECKING:
    from tests.conftest import WebServer

ABROAD = "+442071838750"
OTHER_LINE = "+12025550101"


@pytest.fixture
def scene(stack: LocalStack, web_server: "WebServer") -> Scene:
    """A stack and a web server that stands for an app."""
    return Scene(stack, web_server)


def _decoded(part: str) -> dict[str, str]:
    """Return the JSON in a part of a JWT."""
    return json.loads(base64.urlsafe_b64decode(part + "==="))


def send(scene: Scene, **parameters: object) -> None:
    """Send a text through the REST API and wait until it has arrived."""
    form = {"To": HANDSET, "From": LINE, "Body": "Hi", **parameters}
    scene.stack.rest("POST", "Messages.json", form)
    scene.stack.advance(1)


@pytest.mark.parametrize(
    ("caller", "verstat"),
    [(HANDSET, "TN-Validation-Passed-A"), ("+919810012345", "TN-Validation-Passed-C")],
)
def test_the_first_request_of_an_incoming_call_says_what_vouches_for_it(
    scene: Scene, caller: str, verstat: str
) -> None:
    scene.incoming("<Response><Redirect>/done</Redirect></Response>", caller)

    first, then = scene.asked("/line").form, scene.asked("/done").form
    token = json.loads(unquote(first["CallToken"]))
    header, claims, signature = token["parentCallInfoToken"].split(".")
    assert (first["StirVerstat"], token["identityHeaderTokens"]) == (verstat, [])
    assert _decoded(header) == {"alg": "ES256"}
    assert list(_decoded(claims)) == ["callSid", "from", "to", "iat"]
    assert len(signature) == 86
    assert "%20" not in first["CallToken"]
    assert not {"CallToken", "StirVerstat"} & {*then}


@pytest.mark.parametrize(("to", "expected"), [(HANDSET, "C"), (ABROAD, None)])
def test_the_first_request_of_a_placed_call_has_its_attestation(
    scene: Scene, to: str, expected: str | None
) -> None:
    scene.answered(EMPTY, To=to)

    form = scene.asked("/first").form
    assert (form.get("StirStatus"), "StirVerstat" in form) == (expected, expected is not None)


@pytest.mark.parametrize(
    ("sender", "place"),
    [
        ("+12125550123", ("US", "NY", "NEW YORK", "10001")),
        ("+12075550123", ("US", "ME", "", "")),
        ("+14165550123", ("CA", "ON", "TORONTO", "")),
        ("+17875550123", ("PR", "Puerto Rico", "SAN JUAN", "00901")),
        ("+18005550123", ("US", "", "", "")),
        (ABROAD, ("GB", "", "", "")),
    ],
)
def test_the_place_of_a_number_comes_from_its_area_code(
    scene: Scene, sender: str, place: tuple[str, ...]
) -> None:
    scene.texted(sender=sender)
    scene.incoming(caller=sender)

    text, call = scene.asked("/sms").form, scene.asked("/line").form
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
    scene: Scene, attributes: str, keys: str, expected: tuple[str, str]
) -> None:
    sid = scene.answered(f"<Response><Gather action='/done' {attributes}/></Response>")
    scene.stack.press(sid, keys)
    scene.stack.advance(4)

    form = scene.asked("/done").form
    assert (form["Digits"], form["FinishedOnKey"], form["msg"]) == (*expected, "Gather End")


def test_a_recorded_dial_names_its_recording(scene: Scene) -> None:
    scene.dialed("record='true'")

    [recording] = scene.stack.rest("GET", "Recordings.json").json()["recordings"]
    form = scene.asked("/done").form
    assert (form["RecordingSid"], form["RecordingDuration"]) == (recording["sid"], "4")
    assert form["RecordingUrl"] == recording["media_url"]


@pytest.mark.parametrize(("ending", "status"), [("decline", "busy"), ("", "no-answer")])
def test_a_call_without_an_answer_took_no_minutes(scene: Scene, ending: str, status: str) -> None:
    sid = scene.stack.place_call(EMPTY, StatusCallback=f"{scene.server.url}/report")
    scene.stack.advance(RINGS_S)
    if ending:
        scene.stack.world(f"calls/{sid}/{ending}")
    scene.stack.advance(60)

    form = scene.asked("/report").form
    assert (form["CallStatus"], form["Duration"], form["CallDuration"]) == (status, "0", "0")


def test_an_incoming_call_ends_without_a_sip_code(scene: Scene) -> None:
    scene.incoming(StatusCallback=f"{scene.server.url}/report")

    form = scene.asked("/report").form
    assert (form["CallStatus"], "SipResponseCode" in form) == ("completed", False)


def test_the_report_of_an_end_says_who_answered_but_not_when_that_was_known(scene: Scene) -> None:
    scene.answered(EMPTY, StatusCallback=f"{scene.server.url}/report", MachineDetection="Enable")
    scene.stack.advance(5)

    first, report = scene.asked("/first").form, scene.asked("/report").form
    assert (report["AnsweredBy"], "MachineDetectionDuration" in report) == ("human", False)
    assert first["MachineDetectionDuration"] == "2000"


def test_a_delivered_text_has_the_carriers_time(scene: Scene) -> None:
    send(scene, StatusCallback=f"{scene.server.url}/report")

    sent, delivered = [request.form for request in scene.server.asked("/report")]
    date = delivered["RawDlrDoneDate"]
    assert (len(date), date.isdecimal(), "RawDlrDoneDate" in sent) == (10, True, False)


def test_a_dialed_leg_names_the_number_that_was_called(scene: Scene) -> None:
    scene.server.twiml("/whisper", EMPTY)
    scene.dialed(number="url='/whisper' statusCallback='/report'")

    forms = [scene.asked(path).form for path in ("/whisper", "/report")]
    assert [(form["CalledVia"], form["ForwardedFrom"]) for form in forms] == [(LINE, LINE)] * 2
    assert ["FromState" in form for form in forms] == [True, False]


def test_a_leg_of_an_outgoing_call_came_in_on_no_number(scene: Scene) -> None:
    number = f"<Number statusCallback='/report'>{HANDSETS[1]}</Number>"
    sid = scene.answered(f"<Response><Dial>{number}</Dial></Response>")
    scene.stack.advance(RINGS_S)
    scene.stack.hang_up(scene.stack.legs(sid)[0])
    scene.stack.advance(0)

    assert not {"CalledVia", "ForwardedFrom"} & {*scene.asked("/report").form}


def test_a_conference_tells_its_wait_document_its_sid(scene: Scene) -> None:
    noun = "<Conference waitUrl='/wait'>Room</Conference>"
    scene.answered(f"<Response><Dial>{noun}</Dial></Response>")

    rooms = scene.stack.rest("GET", "Conferences.json?Status=init").json()["conferences"]
    assert [scene.asked("/wait").form["ConferenceSid"]] == [room["sid"] for room in rooms]


def test_hanging_up_in_a_queue_leaves_the_status_in_progress(scene: Scene) -> None:
    sid = scene.answered("<Response><Enqueue action='/done'>support</Enqueue></Response>")
    scene.stack.advance(3)
    scene.stack.hang_up(sid)
    scene.stack.advance(0)

    form = scene.asked("/done").form
    assert (form["QueueResult"], form["CallStatus"]) == ("hangup", "in-progress")


def test_a_received_mms_has_a_segment_for_each_picture(scene: Scene) -> None:
    scene.stack.line_goes_to(SmsUrl=f"{scene.server.url}/report")
    # From another number of the account, because a handset sends one picture at a time.
    scene.stack.rest("POST", "IncomingPhoneNumbers.json", {"PhoneNumber": OTHER_LINE})
    pictures = [f"https://example.com/{name}.jpg" for name in "abc"]
    send(scene, To=LINE, From=OTHER_LINE, MediaUrl=pictures)

    form = scene.asked("/report").form
    assert (form["NumMedia"], form["NumSegments"]) == ("3", "3")


def test_the_types_of_forms_are_written_as_twilio_writes_them(scene: Scene) -> None:
    scene.texted()
    scene.incoming()
    send(scene, StatusCallback=f"{scene.server.url}/report")

    requests = [scene.server.asked(path)[0] for path in ("/sms", "/report", "/line")]
    assert [request.headers["Content-Type"] for request in requests] == [
        "application/x-www-form-urlencoded",
        "application/x-www-form-urlencoded; charset=utf-8",
        "application/x-www-form-urlencoded; charset=UTF-8",
    ]
    assert {request.headers["X-Home-Region"] for request in requests} == {"us1"}


def test_a_transcription_has_the_fields_of_a_call(scene: Scene) -> None:
    sid = scene.answered(
        "<Response><Record transcribe='true' transcribeCallback='/report'/></Response>"
    )
    scene.stack.speak(sid, "Call me back")
    scene.stack.advance(5)
    scene.stack.press(sid, "1")
    scene.stack.advance(0)

    form = scene.asked("/report").form
    below = f"{form['RecordingUrl']}/Transcriptions/"
    assert form["TranscriptionUrl"] == below + form["TranscriptionSid"]
    assert (form["TranscriptionType"], form["CallStatus"]) == ("fast", "completed")
    assert (form["Called"], form["Caller"]) == (HANDSET, LINE)
    assert (form["Direction"], form["ApiVersion"]) == ("outbound-api", "2010-04-01")
    assert form["url"] == f"{scene.server.url}/report"
