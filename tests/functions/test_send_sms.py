"""SendSms: the request to Twilio, and the response to the caller."""

from __future__ import annotations

import asyncio
import json
import logging
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import azure.functions as func
import pytest

import SendSms
from shared import clients
from shared.clock import SystemClock
from shared.errors import TwilioOutcomeUnknownError

if TYPE_CHECKING:
    from tests.functions.conftest import FakeTwilio

pytestmark = pytest.mark.usefixtures("app")

TO = "+12025550123"
SERVICE = "MG" + "a" * 32


def send(url: str = "https://inner/api/SendSms?code=key", **inputs: Any) -> func.HttpResponse:
    request = func.HttpRequest("POST", url, body=json.dumps(inputs).encode())
    return asyncio.run(SendSms.main(request))


def answer(response: func.HttpResponse) -> dict[str, Any]:
    return json.loads(response.get_body())


def test_responds_with_201_and_twilios_data() -> None:
    response = send(to="(202) 555-0123", body="Hello")

    assert response.status_code == 201
    assert response.mimetype == "application/json"
    assert answer(response) == {
        "sid": "SM" + "0" * 32,
        "status": "queued",
        "from": "+12025550100",
        "to": TO,
        "segments": 1,
    }


def test_passes_the_message_and_its_report_url_to_twilio(twilio: FakeTwilio) -> None:
    send(to=TO, body="Hello")

    (request,) = twilio.requests
    assert request["method"] == "POST"
    assert request["url"].endswith(f"/Accounts/AC{'0' * 32}/Messages.json")
    assert request["auth"] == ("AC" + "0" * 32, "primary")
    assert request["data"] == {
        "To": TO,
        "From": "+12025550100",
        "Body": "Hello",
        "StatusCallback": "https://app.example/api/OnMessageStatus#rc=3&rp=5xx,ct",
    }


def test_counts_the_segments_of_the_text() -> None:
    assert answer(send(to=TO, body="я" * 71))["segments"] == 2


def test_counts_the_segments_as_a_messaging_service_encodes_the_text() -> None:
    body = "It\u2019s \u2013".ljust(162, "a")

    assert answer(send(to=TO, body=body))["segments"] == 3
    by_service = send(to=TO, body=body, messaging_service_sid="MG" + "0" * 32)
    assert answer(by_service)["segments"] == 2


def test_a_text_with_media_is_one_segment() -> None:
    response = send(to=TO, body="я" * 71, media_url="https://a.example/1.png")

    assert answer(response)["segments"] == 1


def test_a_message_can_be_as_large_as_twilio_accepts() -> None:
    response = send(to=TO, body="a" * 1600, media_url=["https://a.example/1.png"] * 10)

    assert response.status_code == 201


def test_media_can_be_sent_without_a_text(twilio: FakeTwilio) -> None:
    response = send(to=TO, media_url=["https://a.example/1.png", "http://a.example/2.png"])

    assert answer(response)["segments"] == 1
    assert "Body" not in twilio.requests[0]["data"]
    assert twilio.requests[0]["data"]["MediaUrl"] == [
        "https://a.example/1.png",
        "http://a.example/2.png",
    ]


@pytest.mark.parametrize("sender", ["+12025550199", "12345", "ACME"])
def test_the_caller_can_choose_the_sender(twilio: FakeTwilio, sender: str) -> None:
    response = send(to=TO, body="Hello", **{"from": sender})

    assert answer(response)["from"] == sender
    assert twilio.requests[0]["data"]["From"] == sender


def test_a_messaging_service_chooses_the_sender_itself(twilio: FakeTwilio) -> None:
    response = send(to=TO, body="Hello", messaging_service_sid=SERVICE)

    assert answer(response)["from"] is None
    assert twilio.requests[0]["data"]["MessagingServiceSid"] == SERVICE
    assert "From" not in twilio.requests[0]["data"]


def test_the_messaging_service_in_the_settings_wins_over_the_number(
    twilio: FakeTwilio, values: dict[str, str]
) -> None:
    values["TWILIO_MESSAGING_SERVICE_SID"] = SERVICE
    clients.reset(clients.Clients(values, SystemClock()))

    send(to=TO, body="Hello")

    assert twilio.requests[0]["data"]["MessagingServiceSid"] == SERVICE


def test_a_text_with_a_send_time_is_scheduled(twilio: FakeTwilio) -> None:
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    scheduled = {"sid": "SM" + "0" * 32, "status": "scheduled", "from": None, "to": TO}
    twilio.answer(201, scheduled)

    response = send(
        to=TO,
        body="Hello",
        messaging_service_sid=SERVICE,
        send_at=tomorrow.isoformat(),
        validity_period=600,
    )

    assert (response.status_code, answer(response)["status"]) == (201, "scheduled")
    data = twilio.requests[0]["data"]
    assert data["ScheduleType"] == "fixed"
    assert data["SendAt"] == f"{tomorrow:%Y-%m-%dT%H:%M:%SZ}"
    assert data["ValidityPeriod"] == 600


def test_an_api_key_is_used_if_configured(twilio: FakeTwilio, values: dict[str, str]) -> None:
    values |= {
        "TWILIO_REST_CREDENTIAL": "api_key",
        "TWILIO_API_KEY_SID": "SK" + "1" * 32,
        "TWILIO_API_KEY_SECRET": "deep",
    }
    clients.reset(clients.Clients(values, SystemClock()))

    send(to=TO, body="Hello")

    assert twilio.requests[0]["auth"] == ("SK" + "1" * 32, "deep")
    assert f"/Accounts/AC{'0' * 32}/" in twilio.requests[0]["url"]


def test_with_a_loopback_address_no_reports_are_requested(
    twilio: FakeTwilio, values: dict[str, str]
) -> None:
    values["PUBLIC_URL"] = "http://localhost:7071"
    clients.reset(clients.Clients(values, SystemClock()))

    assert send(to=TO, body="Hello").status_code == 201
    assert "StatusCallback" not in twilio.requests[0]["data"]


def test_without_settings_one_answer_names_all_missing_ones(twilio: FakeTwilio) -> None:
    clients.reset(clients.Clients({}, SystemClock()))

    response = send(to=TO, body="Hello")

    assert response.status_code == 500
    assert answer(response)["detail"] == (
        "Missing settings: TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, TWILIO_FROM_NUMBER "
        "(or TWILIO_MESSAGING_SERVICE_SID), PUBLIC_URL (or WEBSITE_HOSTNAME)."
    )
    assert twilio.requests == []


def test_twilios_refusal_keeps_its_number(twilio: FakeTwilio) -> None:
    twilio.answer(
        400, {"code": 21612, "message": "The 'To' number cannot be reached", "status": 400}
    )

    response = send(to=TO, body="Hello")

    assert response.status_code == 400
    assert response.mimetype == "application/problem+json"
    problem = answer(response)
    assert problem["code"] == 21612
    assert problem["detail"] == "Unable to create record: The 'To' number cannot be reached"


def test_a_send_without_an_answer_is_reported_and_never_repeated(twilio: FakeTwilio) -> None:
    twilio.fail(TwilioOutcomeUnknownError("x"))

    assert send(to=TO, body="Hello").status_code == 504
    assert len(twilio.requests) == 1


@pytest.mark.parametrize("text", ["", "<html>", "{", "{}"])
def test_a_success_that_cannot_be_read_is_an_unknown_outcome(twilio: FakeTwilio, text: str) -> None:
    twilio.answer(201, text)

    assert send(to=TO, body="Hello").status_code == 504


def test_the_log_shows_neither_text_nor_number_nor_secret(
    twilio: FakeTwilio, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    twilio.answer(400, {"code": 21211, "message": f"The 'To' number {TO} is not valid"})
    send(to=TO, body="Meet me at noon")
    send(to=TO, body="Meet me at noon", media_url="at noon")
    send(to="+1202555012x", body="Meet me at noon")
    send(to=TO, body="Meet me at noon", **{TO: "noon"})

    assert [record.name for record in caplog.records].count("shared.endpoints") == 4
    assert not any(word in caplog.text for word in ("noon", "2025550123", "+1202", "primary"))
