"""Options of a placed call: keys to press, and answering machine detection."""

from typing import TYPE_CHECKING

import pytest

from deskphone.values import ACCOUNT_SID, LINE
from local_stack.testing import HANDSET, LocalStack

if TYPE_CHECKING:
    from tests.conftest import WebServer


def placed(stack: LocalStack, web_server: "WebServer", *, machine: bool, **options: str) -> str:
    """Place a call with the document /hello, and have a person or a machine answer."""
    web_server.twiml("/amd", "<Response/>")
    url = web_server.twiml("/hello", "<Response><Pause length='60'/></Response>")
    sid = stack.place_call(Url=url, **options)
    stack.advance(1)
    stack.world(f"calls/{sid}/answer", {"machine": machine})
    stack.advance(0)
    return sid


@pytest.mark.parametrize(
    ("machine", "options", "answered_by", "seconds"),
    [
        (False, {"MachineDetection": "Enable"}, "human", 2),
        (False, {"MachineDetection": "DetectMessageEnd"}, "human", 2),
        (True, {"MachineDetection": "Enable"}, "machine_start", 4),
        (True, {"MachineDetection": "DetectMessageEnd"}, "machine_end_beep", 10),
        (
            True,
            {"MachineDetection": "DetectMessageEnd", "MachineDetectionTimeout": "5"},
            "unknown",
            5,
        ),
    ],
)
def test_the_document_waits_for_machine_detection(
    stack: LocalStack,
    web_server: "WebServer",
    machine: bool,
    options: dict[str, str],
    answered_by: str,
    seconds: int,
) -> None:
    callback = web_server.twiml("/status", "<Response/>")
    sid = placed(stack, web_server, machine=machine, StatusCallback=callback, **options)
    stack.advance(seconds - 0.1)
    before = web_server.asked("/hello")
    detecting = stack.call(sid)["timeline"][-1]["name"]
    stack.advance(0.2)
    stack.world(f"calls/{sid}/hangup")
    stack.advance(0)

    forms = [web_server.asked(path)[0].form for path in ("/hello", "/status")]
    assert (before, detecting) == ([], "detecting who answered")
    assert [form["AnsweredBy"] for form in forms] == [answered_by] * 2
    assert forms[0]["MachineDetectionDuration"] == str(seconds * 1000)
    assert stack.rest("GET", f"Calls/{sid}.json").json()["answered_by"] == answered_by
    assert stack.call(sid)["answered_by"] == answered_by


def test_the_document_does_not_wait_for_async_detection(
    stack: LocalStack, web_server: "WebServer"
) -> None:
    sid = placed(
        stack,
        web_server,
        machine=True,
        MachineDetection="Enable",
        AsyncAmd="true",
        AsyncAmdStatusCallback=f"{web_server.url}/amd",
        AsyncAmdStatusCallbackMethod="POST",
    )
    [hello] = web_server.asked("/hello")
    stack.advance(5)

    [report] = web_server.asked("/amd")
    assert "AnsweredBy" not in hello.form
    assert report.form == {
        "AccountSid": ACCOUNT_SID,
        "CallSid": sid,
        "AnsweredBy": "machine_start",
        "MachineDetectionDuration": "4000",
    }


def test_hangup_during_detection_is_not_reported(
    stack: LocalStack, web_server: "WebServer"
) -> None:
    amd = {"AsyncAmd": "true", "AsyncAmdStatusCallback": f"{web_server.url}/amd"}
    sid = placed(stack, web_server, machine=True, MachineDetection="Enable", **amd)
    stack.advance(1)
    stack.hang_up(sid)
    stack.advance(5)

    assert (web_server.asked("/amd"), stack.call(sid)["answered_by"]) == ([], None)


def test_detection_is_off_by_default(stack: LocalStack, web_server: "WebServer") -> None:
    sid = placed(stack, web_server, machine=True)

    assert "AnsweredBy" not in web_server.asked("/hello")[0].form
    assert stack.call(sid)["answered_by"] is None


def test_sent_digits_come_first_and_turn_detection_off(
    stack: LocalStack, web_server: "WebServer"
) -> None:
    options = {"SendDigits": "WW12#", "MachineDetection": "Enable"}
    sid = placed(stack, web_server, machine=False, **options)
    stack.advance(2.5)
    before = web_server.asked("/hello")
    stack.advance(0.2)

    [hello] = web_server.asked("/hello")
    digits = [e["attributes"] for e in stack.call(sid)["timeline"] if e["name"] == "Play"]
    assert (before, "AnsweredBy" in hello.form, digits) == ([], False, [{"digits": "WW12#"}])


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"MachineDetection": "Disable"}, 21234),
        ({"MachineDetectionTimeout": "121"}, 21234),
        ({"MachineDetectionSpeechThreshold": "999"}, 21234),
        ({"MachineDetectionSpeechEndThreshold": "5001"}, 21234),
        ({"MachineDetectionSilenceTimeout": "1999"}, 21234),
        ({"AsyncAmd": "later"}, 21234),
        ({"AsyncAmdStatusCallback": "nowhere"}, 21205),
        ({"AsyncAmdStatusCallbackMethod": "PUT"}, 21209),
    ],
)
def test_invalid_options_are_refused(stack: LocalStack, options: dict[str, str], code: int) -> None:
    call = {"To": HANDSET, "From": LINE, "Twiml": "<Response/>", **options}
    answer = stack.rest("POST", "Calls.json", call)

    assert (answer.status_code, answer.json()["code"]) == (400, code)
