"""The doctor's checks of Twilio: the account, its trial, the number, and routing."""

import asyncio
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest

from commands.doctor.checklist import Check
from commands.doctor.examination import Account, Examination, Number
from commands.doctor.findings import Finding, State
from commands.doctor.items.account import check_account, judge_account, judge_trial
from commands.doctor.items.number import (
    Service,
    check_calls,
    check_messaging_service,
    check_texts,
    judge_fallback,
    judge_number,
    judge_service,
)
from commands.doctor.items.routing import Route, judge_route
from commands.doctor.subject import Request, read_subject
from commands.doctor.web import Web
from deskphone.values import ACCOUNT_SID, API_KEY_SECRET, API_KEY_SID, AUTH_TOKEN
from local_stack.testing import LocalStack
from shared.clock import SystemClock
from shared.config.settings import Secret

if TYPE_CHECKING:
    from tests.conftest import WebServer

ROOT = Path(__file__).parents[3]
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
APP = "https://app.example"
SERVICE = f"MG{'0' * 32}"
FUNCTIONS = ("TwimlHello", "TwimlReply", "TwimlMenu", "OnCallStatus")
NUMBER = Number(
    can_call=True,
    can_text=True,
    voice_url="",
    voice_method="POST",
    voice_fallback_url="",
    sms_url="",
    sms_method="POST",
)
Doctor = Callable[..., Mapping[str, Finding]]


def judged(url: str, kind: Literal["calls", "texts"] = "calls", *, method: str = "POST") -> Finding:
    """Check where calls or texts go."""
    return judge_route(Route(kind, url, method), f"{APP}/api", FUNCTIONS, "wire it")


def test_a_token_that_twilio_rejects_is_wrong(doctor: Doctor) -> None:
    found = doctor(TWILIO_AUTH_TOKEN="0123456789abcdef" * 2)

    assert found["account"].text == "Twilio rejects the account SID or the auth token"
    assert found["calls"].text == "depends on: number"


def test_an_api_key_is_checked_separately(doctor: Doctor) -> None:
    key = {"TWILIO_REST_CREDENTIAL": "api_key", "TWILIO_API_KEY_SID": API_KEY_SID}
    right = doctor(**key, TWILIO_API_KEY_SECRET=API_KEY_SECRET)
    wrong = doctor(**key, TWILIO_API_KEY_SECRET=API_KEY_SECRET[::-1] + "1")

    assert right["api key"].text == "Twilio accepts the API key"
    assert wrong["api key"].text == "Twilio rejects the API key or its secret"
    assert wrong["account"].state is State.OK


@pytest.mark.parametrize("status", ["suspended", "closed"])
def test_an_inactive_account_is_wrong(status: str) -> None:
    assert judge_account(Account(status, "Full", None)).text == f"the account is {status}"


def test_a_trial_has_its_limits_and_remaining_days() -> None:
    finding = judge_trial(Account("active", "Trial", NOW - timedelta(days=20, hours=1)), NOW)

    assert finding.state is State.WARNING
    for limit in ("templates", "verified US numbers", "ten minutes", "it ends in 9 days"):
        assert limit in finding.text


def test_a_trial_of_more_than_30_days_is_over() -> None:
    finding = judge_trial(Account("active", "Trial", NOW - timedelta(days=31)), NOW)

    assert finding.state is State.WRONG


@pytest.mark.parametrize("digits", ["+12025550199", "+1202555010"])
def test_a_number_of_another_account_is_wrong(doctor: Doctor, digits: str) -> None:
    found = doctor(TWILIO_FROM_NUMBER=digits)  # Twilio's list also finds parts of numbers

    assert found["number"].text == f"...{digits[-4:]} is not in this account"


def test_an_alphanumeric_sender_has_no_routes(doctor: Doctor) -> None:
    found = doctor(TWILIO_FROM_NUMBER="Switchboard")

    assert found["number"].state is State.SKIPPED
    assert found["calls"].state is State.SKIPPED


def test_a_number_without_voice_is_a_warning() -> None:
    finding = judge_number("+12025550100", NUMBER._replace(can_call=False))

    assert finding.text == "...0100 can't call"


def test_a_number_that_points_elsewhere_is_wrong(stack: LocalStack, doctor: Doctor) -> None:
    stack.line_goes_to(VoiceUrl="https://demo.twilio.com/welcome/voice/?key=1", SmsUrl="")
    found = doctor()

    assert found["calls"] == (
        State.WRONG,
        "calls go to demo.twilio.com, not to this app",
        "python3 dev.py wire",
    )
    assert found["texts"].text == "the number has no URL for texts"


def test_in_the_local_stack_the_phone_page_sets_a_url(
    stack: LocalStack, stack_doctor: Doctor
) -> None:
    stack.line_goes_to(VoiceUrl="https://demo.twilio.com/welcome/voice/")

    assert "phone page" in stack_doctor()["calls"].cure


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("http://app.example/api/TwimlHello", "calls go to the app over http, not https"),
        (f"{APP}/api/TwimlHalo", "calls go to this app, but not to one of its functions"),
        (f"{APP}/TwimlHello", "calls go to this app, but not to one of its functions"),
        (f"{APP}/api/OnCallStatus", "calls go to OnCallStatus, which can't handle them"),
        (f"{APP}/api/TwimlReply", "calls go to TwimlReply, which can't handle them"),
        (
            "https://app.example:8443/api/TwimlHello",
            "calls go to app.example:8443, not to this app",
        ),
        ("nonsense", "calls go to an invalid URL"),
    ],
)
def test_a_misrouted_call_is_explained(url: str, text: str) -> None:
    assert judged(url) == (State.WRONG, text, "wire it")


@pytest.mark.parametrize(
    "url",
    [
        f"{APP}/api/TwimlMenu?Message=Hello",
        "https://APP.example:443/api/TwimlHello#rc=3",
    ],
)
def test_a_call_that_reaches_the_app_is_ok(url: str) -> None:
    assert judged(url).state is State.OK


def test_get_is_a_warning_that_names_the_option_to_change_it() -> None:
    calls = judged(f"{APP}/api/TwimlMenu", method="GET")
    texts = judged(f"{APP}/api/TwimlReply", "texts", method="GET")

    assert (calls.state, texts.state) == (State.WARNING, State.WARNING)
    assert "--voice" in calls.cure
    assert "--text" in texts.cure


@pytest.mark.parametrize(
    ("url", "state"),
    [
        ("", State.WARNING),
        (f"{APP}/api/TwimlVoicemail", State.WARNING),
        ("https://handler.twilio.com/twiml/EH00000000000000000000000000000001", State.OK),
    ],
)
def test_a_fallback_must_be_outside_the_app(url: str, state: State) -> None:
    assert judge_fallback(url, APP).state is state


def examination_of(url: str) -> Examination:
    """Return a new examination of an app with a real account."""
    values = {"TWILIO_FROM_NUMBER": "+12025550100"}
    subject = read_subject(Request(url=url, settings_file=""), values, ROOT)
    examination = Examination(subject, ROOT, SystemClock(), Web())
    examination.number = NUMBER
    return examination


@pytest.mark.parametrize(
    ("service", "state", "text"),
    [
        (Service(defers_to_number=True, url="", method="POST"), "ok", "number's URL"),
        (Service(defers_to_number=False, url="", method="POST"), "warn", "drops incoming texts"),
        (
            Service(defers_to_number=False, url="https://other.example/", method="POST"),
            "wrong",
            "other.example",
        ),
        (
            Service(defers_to_number=False, url=f"{APP}/api/TwimlReply", method="POST"),
            "ok",
            "TwimlReply",
        ),
    ],
)
def test_a_messaging_service_wins_over_the_number_unless_it_defers(
    service: Service, state: str, text: str
) -> None:
    finding = judge_service(service, examination_of(APP))

    assert finding.state == state
    assert text in finding.text


def test_an_application_or_a_trunk_wins_over_the_numbers_urls() -> None:
    examination = examination_of(APP)
    examination.number = NUMBER._replace(trunk="TK1", sms_application="AP1")

    assert "a SIP trunk" in asyncio.run(check_calls(examination)).text
    assert "a TwiML app" in asyncio.run(check_texts(examination)).text


def test_a_number_cannot_point_to_a_local_app() -> None:
    finding = asyncio.run(check_calls(examination_of("http://localhost:7071")))

    assert finding.state is State.SKIPPED
    assert "which Twilio can't reach" in finding.text


def twilio_at(web_server: "WebServer", name: str, body: Mapping[str, object]) -> Examination:
    """Return an examination whose Twilio is a web server with one resource."""
    web_server.answer(name, json.dumps(body).encode(), "application/json")
    values = {
        "LOCAL_STACK_URL": web_server.url,
        "TWILIO_MESSAGING_SERVICE_SID": SERVICE,
        "TWILIO_FROM_NUMBER": "+12025550100",
    }
    subject = read_subject(Request(settings_file=""), values, ROOT)
    examination = Examination(subject, ROOT, SystemClock(), Web())
    examination.secrets |= {Secret.ACCOUNT_SID: ACCOUNT_SID, Secret.AUTH_TOKEN: AUTH_TOKEN}
    return examination


async def run_check(check: Check, examination: Examination) -> Finding:
    """Run one item."""
    finding = await check(examination)
    await examination.close()
    return finding


def test_a_trial_account_is_read_from_twilios_response(web_server: "WebServer") -> None:
    created = "Sun, 01 Nov 2026 12:00:00 +0000"
    body = {"status": "active", "type": "Trial", "date_created": created}
    examination = twilio_at(web_server, f"/2010-04-01/Accounts/{ACCOUNT_SID}.json", body)
    finding = asyncio.run(run_check(check_account, examination))

    assert finding.text == "Twilio accepts the auth token; the Trial account is active"
    assert examination.account is not None
    assert "it ends in 9 days" in judge_trial(examination.account, NOW).text


def test_a_messaging_service_is_read_from_twilios_response(
    web_server: "WebServer", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Examination, "is_real", True)
    body = {"use_inbound_webhook_on_number": True, "inbound_request_url": None}
    examination = twilio_at(web_server, f"/v1/Services/{SERVICE}", body)
    finding = asyncio.run(run_check(check_messaging_service, examination))

    assert finding.text == "incoming texts go to the number's URL"


def test_a_missing_messaging_service_is_wrong(
    web_server: "WebServer", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Examination, "is_real", True)
    examination = twilio_at(web_server, "/elsewhere", {})
    finding = asyncio.run(run_check(check_messaging_service, examination))

    assert finding.state is State.WRONG
    assert finding.text.startswith("Twilio rejected the request (404)")
