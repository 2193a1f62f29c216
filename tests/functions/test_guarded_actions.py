"""SendSms and PlaceCall with the settings that limit costs."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import azure.functions as func
import pytest

import PlaceCall
import SendSms
from shared import clients
from shared.clock import SystemClock
from shared.ledger.memory import MemoryLedger
from shared.ledger.table import TableLedger

if TYPE_CHECKING:
    from tests.functions.conftest import FakeTwilio, Run, SignedRequest

pytestmark = pytest.mark.usefixtures("app")

HOME, ABROAD = "+12025550123", "+442079460018"
PREMIUM, UNKNOWN, SATELLITE = "+19005550123", "+447700900123", "+881612345678"
SERVICE = "MG" + "a" * 32
NAMES = ["SendSms", "PlaceCall"]
MAINS = {"SendSms": SendSms.main, "PlaceCall": PlaceCall.main}
With = Callable[..., clients.Clients]


@pytest.fixture
def with_settings(values: dict[str, str]) -> With:
    """Builds the app with additional settings, and storage for keys."""

    def build(**settings: str) -> clients.Clients:
        current = clients.Clients({**values, **settings}, SystemClock())
        current._ledger = MemoryLedger()  # pyright: ignore[reportPrivateUsage] - no other storage
        clients.reset(current)
        return current

    return build


def ask(name: str, key: str = "", **inputs: Any) -> func.HttpResponse:
    if name == "SendSms":
        inputs = {"body": "Hello", **inputs}
    headers = {"Idempotency-Key": key} if key else {}
    request = func.HttpRequest(
        "POST", f"https://inner/api/{name}", headers=headers, body=json.dumps(inputs).encode()
    )
    return asyncio.run(MAINS[name](request))


def answer(response: func.HttpResponse) -> dict[str, Any]:
    return json.loads(response.get_body())


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("to", "setting"),
    [
        (ABROAD, "ALLOWED_COUNTRIES"),
        ("+44 20 7946 0018", "ALLOWED_COUNTRIES"),
        ("+1 876 555 0123", "ALLOWED_COUNTRIES"),
        (UNKNOWN, "ALLOWED_COUNTRIES"),
        (SATELLITE, "ALLOWED_COUNTRIES"),
        (PREMIUM, "ALLOWED_NUMBERS"),
        ("900 555 0123", "ALLOWED_NUMBERS"),
        ("+2710111", "ALLOWED_NUMBERS"),
    ],
)
def test_a_number_that_is_not_allowed_is_a_403(
    twilio: FakeTwilio, caplog: pytest.LogCaptureFixture, name: str, to: str, setting: str
) -> None:
    response = ask(name, to=to)

    problem = answer(response)
    assert (response.status_code, response.mimetype) == (403, "application/problem+json")
    assert problem["field"] == "to"
    assert setting in problem["detail"]
    assert twilio.requests == []
    last = caplog.records[-1].getMessage()
    assert last == f"{name}: NotAllowedError status=403 code=None {setting}"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("to", [HOME, "(202) 555-0123", "1 202 555 0123"])
@pytest.mark.parametrize("more", [{}, {"ALLOWED_NUMBERS": HOME}, {"DRY_RUN": "true"}])
def test_a_blocked_recipient_is_a_403_that_says_what_to_do(
    twilio: FakeTwilio, with_settings: With, name: str, to: str, more: dict[str, str]
) -> None:
    with_settings(BLOCKED_RECIPIENTS=HOME, **more)
    response = ask(name, to=to)

    assert response.status_code == 403
    assert answer(response)["field"] == "to"
    assert "BLOCKED_RECIPIENTS" in answer(response)["detail"]
    assert twilio.requests == []


@pytest.mark.parametrize("verb", ["Dial", "Sms"])
def test_a_document_reaches_no_blocked_recipient(
    twilio: FakeTwilio, with_settings: With, verb: str
) -> None:
    with_settings(BLOCKED_RECIPIENTS=HOME)
    written = {"Dial": "<Dial>202-555-0123</Dial>", "Sms": f'<Sms to="{HOME}">Hi</Sms>'}
    response = ask("PlaceCall", to="+12025550124", twiml=f"<Response>{written[verb]}</Response>")

    assert (response.status_code, answer(response)["field"]) == (403, "twiml")
    assert "BLOCKED_RECIPIENTS" in answer(response)["detail"]
    assert twilio.requests == []


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("to", "settings"),
    [
        (ABROAD, {"ALLOWED_COUNTRIES": "US,GB"}),
        (UNKNOWN, {"ALLOWED_COUNTRIES": "+44770"}),
        (SATELLITE, {"ALLOWED_COUNTRIES": "+881"}),
        (PREMIUM, {"ALLOWED_NUMBERS": PREMIUM}),
    ],
)
def test_a_setting_allows_the_number(
    twilio: FakeTwilio, with_settings: With, name: str, to: str, settings: dict[str, str]
) -> None:
    with_settings(**settings)

    assert ask(name, to=to).status_code == 201
    assert twilio.requests[0]["data"]["To"] == to


@pytest.mark.parametrize("number", ["12345", "911"])
def test_an_allowed_short_number_gets_texts_but_never_calls(
    twilio: FakeTwilio, with_settings: With, number: str
) -> None:
    refused = ask("SendSms", to=number)
    with_settings(ALLOWED_NUMBERS=number)
    sent, called = ask("SendSms", to=number), ask("PlaceCall", to=number)

    assert (refused.status_code, answer(refused)["field"]) == (403, "to")
    assert (sent.status_code, called.status_code) == (201, 400)
    assert [request["data"]["To"] for request in twilio.requests] == [number]


def test_some_countries_have_full_numbers_as_short_as_short_codes(
    twilio: FakeTwilio, with_settings: With
) -> None:
    greenland = {"DEFAULT_REGION": "GL", "ALLOWED_COUNTRIES": "GL"}
    for more in ({}, {"ALLOWED_NUMBERS": "221234"}):
        with_settings(**greenland, **more)
        assert ask("SendSms", to="221234").status_code == 201

    assert [request["data"]["To"] for request in twilio.requests] == ["+299221234", "221234"]


@pytest.mark.parametrize("name", NAMES)
def test_a_refused_request_can_be_repeated_with_its_key_once_allowed(
    twilio: FakeTwilio, with_settings: With, name: str
) -> None:
    ledger = with_settings().ledger()
    refused = ask(name, key="one", to=ABROAD)
    again = with_settings(ALLOWED_COUNTRIES="*")
    again._ledger = ledger  # pyright: ignore[reportPrivateUsage] - as before

    assert (refused.status_code, ask(name, key="one", to=ABROAD).status_code) == (403, 201)
    assert len(twilio.requests) == 1


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("settings", [{"KILL_SWITCH": "true"}, {"ALLOWED_COUNTRIES": "GB"}])
def test_a_replay_is_answered_even_if_the_send_would_now_be_refused(
    twilio: FakeTwilio, with_settings: With, name: str, settings: dict[str, str]
) -> None:
    ledger = with_settings().ledger()
    first = ask(name, key="one", to=HOME)
    with_settings(**settings)._ledger = ledger  # pyright: ignore[reportPrivateUsage] - as before
    again = ask(name, key="one", to=HOME)

    assert (again.status_code, answer(again)) == (201, answer(first))
    assert again.headers["Idempotent-Replayed"] == "true"
    assert len(twilio.requests) == 1


@pytest.mark.parametrize("name", NAMES)
def test_the_kill_switch_refuses_everything(
    twilio: FakeTwilio, with_settings: With, name: str
) -> None:
    with_settings(KILL_SWITCH="true", ALLOWED_NUMBERS=HOME)

    response = ask(name, to=HOME)

    assert response.status_code == 403
    assert "KILL_SWITCH" in answer(response)["detail"]
    assert "field" not in answer(response)
    assert twilio.requests == []


@pytest.mark.parametrize("name", NAMES)
def test_a_dry_run_answers_200_without_calling_twilio(
    twilio: FakeTwilio, with_settings: With, name: str
) -> None:
    with_settings(DRY_RUN="true")

    response = ask(name, to="202-555-0123")

    assert response.status_code == 200
    assert answer(response) == {
        "sid": None,
        "status": "dry_run",
        "from": "+12025550100",
        "to": HOME,
        **({"segments": 1} if name == "SendSms" else {}),
    }
    assert twilio.requests == []


@pytest.mark.parametrize("name", NAMES)
def test_a_dry_run_does_not_use_the_key(twilio: FakeTwilio, with_settings: With, name: str) -> None:
    ledger = with_settings(DRY_RUN="true").ledger()
    statuses = [ask(name, key="one", to=HOME).status_code for _ in range(2)]
    with_settings()._ledger = ledger  # pyright: ignore[reportPrivateUsage] - as before

    real = ask(name, key="one", to=HOME)

    assert (statuses, real.status_code) == ([200, 200], 201)
    assert "Idempotent-Replayed" not in real.headers
    assert len(twilio.requests) == 1


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("settings", [{}, {"KILL_SWITCH": "true"}])
def test_a_dry_run_is_refused_like_a_real_one(
    with_settings: With, name: str, settings: dict[str, str]
) -> None:
    with_settings(DRY_RUN="true", **settings)

    assert ask(name, to=ABROAD).status_code == 403


def test_a_dry_run_checks_the_time_to_send_at(with_settings: With) -> None:
    with_settings(DRY_RUN="true", TWILIO_MESSAGING_SERVICE_SID=SERVICE)
    now = datetime.now(UTC)
    soon, tomorrow = now + timedelta(minutes=1), now + timedelta(days=1)

    too_soon = ask("SendSms", to=HOME, send_at=soon.isoformat())

    assert (too_soon.status_code, answer(too_soon)["field"]) == (400, "send_at")
    assert ask("SendSms", to=HOME, send_at=tomorrow.isoformat()).status_code == 200


@pytest.mark.parametrize("dry_run", ["true", "false"])
def test_a_call_can_last_exactly_as_long_as_the_setting(
    twilio: FakeTwilio, with_settings: With, dry_run: str
) -> None:
    with_settings(MAX_CALL_SECONDS="600", DRY_RUN=dry_run)

    longest, longer = (ask("PlaceCall", to=HOME, time_limit=limit) for limit in (600, 601))

    assert longest.status_code == (200 if dry_run == "true" else 201)
    assert (longer.status_code, answer(longer)["field"]) == (403, "time_limit")
    assert "MAX_CALL_SECONDS" in answer(longer)["detail"]
    assert [request["data"]["TimeLimit"] for request in twilio.requests] == (
        [] if dry_run == "true" else [600]
    )


@pytest.mark.parametrize(
    ("setting", "asked", "sent"),
    [
        ("600", None, 600),
        ("600", 60, 60),
        ("14400", None, None),
        ("14400", 14400, 14400),
        ("20000", None, None),
        ("20000", 20000, 20000),
    ],
)
def test_twilio_gets_the_call_limit(
    twilio: FakeTwilio, with_settings: With, setting: str, asked: int | None, sent: int | None
) -> None:
    with_settings(MAX_CALL_SECONDS=setting)

    inputs: dict[str, Any] = {"time_limit": asked} if asked else {}
    ask("PlaceCall", to=HOME, **inputs)

    assert twilio.requests[0]["data"].get("TimeLimit") == sent


def test_without_the_setting_a_call_lasts_at_most_four_hours() -> None:
    assert ask("PlaceCall", to=HOME, time_limit=14400).status_code == 201
    assert ask("PlaceCall", to=HOME, time_limit=14401).status_code == 403


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "limits", [{"DAILY_SEGMENT_LIMIT": "1", "DAILY_CALL_LIMIT": "1"}, {"RECIPIENT_LIMIT": "1"}]
)
@pytest.mark.parametrize(("status", "again"), [(400, 201), (499, 201), (408, 429), (500, 429)])
def test_requests_that_twilio_did_not_execute_do_not_count(
    twilio: FakeTwilio,
    with_settings: With,
    name: str,
    limits: dict[str, str],
    status: int,
    again: int,
) -> None:
    with_settings(**limits)
    twilio.answer(status, {"code": 20001, "message": "Refused", "status": status})

    assert ask(name, to=HOME).status_code >= 400
    assert ask(name, to=HOME).status_code == again
    assert ask(name, to=HOME).status_code == 429


@pytest.mark.soak  # two seconds of real time, too short for a busy machine
def test_hanging_storage_leaves_time_to_send_even_with_the_shortest_window(
    twilio: FakeTwilio, with_settings: With
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/hidden"
        storage = f"AccountName=hidden;AccountKey=aGlkZGVu;TableEndpoint={url}"
        current = with_settings(
            SETTLE_WINDOW_SECONDS="3", RECIPIENT_LIMIT="1", AzureWebJobsStorage=storage
        )
        current._ledger = TableLedger(current.settings)  # pyright: ignore[reportPrivateUsage]

        assert ask("SendSms", to=HOME).status_code == 201
        current.abandon()
    assert len(twilio.requests) == 1


VOICEMAIL = [
    ("CallSid", "none"),
    ("RecordingSid", "RE" + "a" * 32),
    ("RecordingStatus", "completed"),
    ("RecordingDuration", "3"),
]


@pytest.mark.parametrize(
    ("notify", "settings", "why"),
    [
        ("%2B442079460018", {}, "NotAllowedError status=403 code=None ALLOWED_COUNTRIES"),
        ("%2B49110", {}, "NotAllowedError status=403 code=None ALLOWED_NUMBERS"),
        ("%2B12025550124", {"KILL_SWITCH": "true"}, "status=403 code=None KILL_SWITCH"),
        ("%2B12025550124", {"DRY_RUN": "true"}, "DRY_RUN"),
    ],
)
def test_a_blocked_owner_is_logged_and_twilio_does_not_retry(
    run: Run,
    signed_request: SignedRequest,
    twilio: FakeTwilio,
    with_settings: With,
    caplog: pytest.LogCaptureFixture,
    notify: str,
    settings: dict[str, str],
    why: str,
) -> None:
    import OnRecording

    with_settings(**settings)
    path = f"/api/OnRecording?Notify={notify}"

    answers = [run(OnRecording.main, signed_request(path, VOICEMAIL)) for _ in range(2)]

    assert [response.status_code for response in answers] == [204, 204]
    assert [request for request in twilio.requests if request["method"] == "POST"] == []
    logged = [r for r in caplog.records if "No text about" in r.getMessage()]
    assert len(logged) == 1
    assert logged[0].levelno >= logging.WARNING
    assert why in logged[0].getMessage()


def test_an_owner_over_the_limit_is_logged_and_twilio_does_not_retry(
    run: Run,
    signed_request: SignedRequest,
    twilio: FakeTwilio,
    with_settings: With,
    caplog: pytest.LogCaptureFixture,
) -> None:
    import OnRecording

    with_settings(RECIPIENT_LIMIT="1")
    for letter in "ab":
        report = [*VOICEMAIL[:1], ("RecordingSid", "RE" + letter * 32), *VOICEMAIL[2:]]
        request = signed_request("/api/OnRecording?Notify=%2B12025550124", report)
        assert run(OnRecording.main, request).status_code == 204

    assert len(twilio.requests) == 1
    assert f"RE{'b' * 32}: LimitReachedError" in caplog.text


def test_a_request_over_the_daily_limit_is_refused_without_retry_after(
    with_settings: With, twilio: FakeTwilio
) -> None:
    with_settings(DAILY_SEGMENT_LIMIT="1")

    response = ask("SendSms", to=HOME, body="a" * 161)

    assert (response.status_code, twilio.requests) == (403, [])
    assert "Retry-After" not in response.headers
