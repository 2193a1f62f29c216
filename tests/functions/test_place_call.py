"""PlaceCall: the request to Twilio, and the response to the caller."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import azure.functions as func
import pytest

import PlaceCall
from shared import clients
from shared.clock import SystemClock

if TYPE_CHECKING:
    from tests.functions.conftest import FakeTwilio

pytestmark = pytest.mark.usefixtures("app")

TO = "+12025550123"
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'


def place(**inputs: Any) -> func.HttpResponse:
    request = func.HttpRequest(
        "POST", "https://inner/api/PlaceCall?code=key", body=json.dumps(inputs).encode()
    )
    return asyncio.run(PlaceCall.main(request))


def answer(response: func.HttpResponse) -> dict[str, Any]:
    return json.loads(response.get_body())


def test_responds_with_201_and_twilios_data() -> None:
    response = place(to="202-555-0123")

    assert response.status_code == 201
    assert answer(response) == {
        "sid": "CA" + "0" * 32,
        "status": "queued",
        "from": "+12025550100",
        "to": TO,
    }


def test_without_content_the_call_follows_the_apps_own_hello(twilio: FakeTwilio) -> None:
    place(to=TO)

    (request,) = twilio.requests
    assert request["data"] == {
        "To": TO,
        "From": "+12025550100",
        "Url": "https://app.example/api/TwimlHello",
        "StatusCallback": "https://app.example/api/OnCallStatus#rc=3&rp=5xx,ct",
        "StatusCallbackEvent": ["initiated", "ringing", "answered", "completed"],
    }


def test_a_message_is_sent_as_a_document_with_the_call(twilio: FakeTwilio) -> None:
    place(to=TO, message="Tom & <Jerry>")

    assert twilio.requests[0]["data"]["Twiml"] == (
        f"{DECLARATION}<Response><Say>Tom &amp; &lt;Jerry&gt;</Say></Response>"
    )


@pytest.mark.parametrize(
    "twiml",
    [
        "<Response><Hangup/></Response>",
        "<Response/>",
        f"\n{DECLARATION}\n<!-- a -->\n<Response >x</Response>",
    ],
)
def test_a_document_is_sent_unchanged(twilio: FakeTwilio, twiml: str) -> None:
    place(to=TO, twiml=twiml)

    assert twilio.requests[0]["data"]["Twiml"] == twiml.strip()


def test_a_document_can_be_as_long_as_twilio_accepts() -> None:
    words = "a" * (4000 - len("<Response><Say></Say></Response>"))

    assert place(to=TO, twiml=f"<Response><Say>{words}</Say></Response>").status_code == 201


def test_a_url_is_passed_on(twilio: FakeTwilio) -> None:
    place(to=TO, url="https://app.example/twiml?a=%20b")

    assert twilio.requests[0]["data"]["Url"] == "https://app.example/twiml?a=%20b"


def test_the_caller_can_choose_the_calling_number(twilio: FakeTwilio) -> None:
    response = place(to=TO, **{"from": "(202) 555-0199"})

    assert answer(response)["from"] == "+12025550199"
    assert twilio.requests[0]["data"]["From"] == "+12025550199"


def test_options_are_passed_on(twilio: FakeTwilio) -> None:
    place(to=TO, timeout=15, time_limit=3600, send_digits="1wW#*A")
    place(to=TO, timeout=600, record=False, machine_detection="detect_message_end")

    first, second = (request["data"] for request in twilio.requests)
    assert (first["Timeout"], first["TimeLimit"], first["SendDigits"]) == (15, 3600, "1wW#*A")
    assert (second["Timeout"], second["MachineDetection"]) == (600, "DetectMessageEnd")
    assert not {"Record", "MachineDetection", "RecordingStatusCallback"} & set(first)
    assert "Record" not in second


def test_options_can_be_sent_as_a_form(twilio: FakeTwilio) -> None:
    body = b"to=2025550123&timeout=020&record=True&machine_detection=enable"
    request = func.HttpRequest("POST", "https://inner/api/PlaceCall", body=body)

    assert asyncio.run(PlaceCall.main(request)).status_code == 201
    data = twilio.requests[0]["data"]
    assert (data["Timeout"], data["Record"], data["MachineDetection"]) == (20, "true", "Enable")


def test_a_recording_has_its_own_report_url(twilio: FakeTwilio) -> None:
    place(to=TO, record=True)

    data = twilio.requests[0]["data"]
    assert data["Record"] == "true"
    assert data["RecordingStatusCallback"] == "https://app.example/api/OnRecording"
    assert data["RecordingStatusCallbackEvent"] == ["completed", "absent"]


def test_options_that_twilio_would_ignore_are_refused(twilio: FakeTwilio) -> None:
    response = place(to=TO, send_digits="1", machine_detection="enable")

    assert (response.status_code, answer(response)["field"]) == (400, "machine_detection")
    assert twilio.requests == []


def test_with_a_loopback_url_the_call_has_its_document_and_no_reports(
    twilio: FakeTwilio, values: dict[str, str]
) -> None:
    values["PUBLIC_URL"] = "http://localhost:7071"
    clients.reset(clients.Clients(values, SystemClock()))

    place(to=TO, record=True)

    assert twilio.requests[0]["data"] == {
        "To": TO,
        "From": "+12025550100",
        "Record": "true",
        "Twiml": f"{DECLARATION}<Response><Say>Hello World</Say></Response>",
    }


def test_loopback_documents_are_only_for_the_local_stack(
    twilio: FakeTwilio, values: dict[str, str]
) -> None:
    url = "http://127.0.0.1:8000/twiml"

    assert answer(place(to=TO, url=url))["field"] == "url"

    values["LOCAL_STACK_URL"] = "http://127.0.0.1:7072"
    clients.reset(clients.Clients(values, SystemClock()))
    assert place(to=TO, url=url).status_code == 201
    assert twilio.requests[0]["data"]["Url"] == url


def test_a_call_needs_a_number_even_with_a_messaging_service_for_texts(
    twilio: FakeTwilio, values: dict[str, str]
) -> None:
    del values["TWILIO_FROM_NUMBER"]
    values["TWILIO_MESSAGING_SERVICE_SID"] = "MG" + "a" * 32
    clients.reset(clients.Clients(values, SystemClock()))

    response = place(to=TO)

    assert response.status_code == 500
    assert answer(response)["detail"] == "Missing settings: TWILIO_FROM_NUMBER."


def test_twilios_refusal_keeps_its_number(twilio: FakeTwilio) -> None:
    twilio.answer(
        400, {"type": "t", "title": "Not yours", "status": 400, "code": 21210, "detail": "From"}
    )

    response = place(to=TO)

    assert (response.status_code, answer(response)["code"]) == (400, 21210)
