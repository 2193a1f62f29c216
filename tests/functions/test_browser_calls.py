"""Calls to and from browsers: TwimlClient, and TwimlClientOutgoing with all guards."""

from __future__ import annotations

import asyncio
import importlib
import json
import logging
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import azure.functions as func
import pytest
from hypothesis import given
from hypothesis import strategies as st

import PlaceCall
import TwimlAgent
import TwimlClientOutgoing
from shared import clients
from shared.errors import LedgerError
from shared.ledger.memory import MemoryLedger
from shared.ledger.rows import Row, Value
from shared.live_settings.row import KIND, NAME, STOPPED
from tests.functions.conftest import HastyClock, build_signed_request

if TYPE_CHECKING:
    from tests.functions.conftest import FakeTwilio, Form

LINE, OFFICE, ABROAD = "+12025550100", "+12025550124", "+442079460018"
ANN = "client:ann"
SETTINGS = {
    "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "TWILIO_AUTH_TOKEN": "primary",
    "TWILIO_FROM_NUMBER": LINE,
    "PUBLIC_URL": "https://app.example",
}
pytestmark = pytest.mark.usefixtures("app")

Ask = Callable[..., str]
ALPHABET = "ab"


class BrokenLedger(MemoryLedger):
    """A ledger whose storage is down."""

    async def insert(self, row: Row) -> Row:
        raise LedgerError("The storage is down.")


def build(ledger: MemoryLedger | None = None, settings: dict[str, str] | None = None) -> None:
    """Make an app with more settings."""
    values = {**SETTINGS, **(settings or {})}
    clients.reset(clients.Clients(values, HastyClock(), ledger or MemoryLedger()))


def document(
    to: str,
    query: str = "",
    *,
    caller: str = ANN,
    more: Form | None = None,
    name: str = "TwimlClientOutgoing",
    method: str = "POST",
) -> str:
    """Return the answer to a browser's call, or where it redirects."""
    form = [("CallSid", "CA" + "0" * 32), ("Direction", "inbound"), ("From", caller), ("To", to)]
    main: Any = importlib.import_module(name).main
    path = f"/api/{name}?{query}" if query else f"/api/{name}"
    response = asyncio.run(main(build_signed_request(path, [*form, *(more or [])], method=method)))
    if response.status_code == 302:
        return response.headers["Location"]
    assert response.status_code == 200
    return response.get_body().decode().partition("?>")[2]


def response(inside: str) -> str:
    return f"<Response>{inside}</Response>"


@pytest.fixture(autouse=True)
def plain_app(app: clients.Clients) -> None:
    build()


def test_a_number_is_dialed_with_the_apps_own_as_the_caller_id() -> None:
    forged = [("CallerId", "+12025550199"), ("callerId", "+12025550199"), ("Caller", "client:bob")]
    answer = document(OFFICE, more=forged)

    assert answer == response(f'<Dial callerId="{LINE}">{OFFICE}</Dial>')


def test_a_national_number_is_dialed_as_it_was_checked() -> None:
    assert f">{OFFICE}<" in document("(202) 555-0124")


def test_another_browser_is_dialed() -> None:
    assert document("client:bob") == response("<Dial><Client>bob</Client></Dial>")


def test_a_browser_waits_in_a_queue_that_is_listed() -> None:
    assert ">sales</Enqueue>" in document("queue:sales", "Queues%5B%5D=sales")


def test_an_agent_takes_the_next_caller_of_a_queue() -> None:
    query = "Agents%5B%5D=client%3Aann&Queues%5B%5D=sales"

    assert ">sales</Queue></Dial>" in document("queue:sales", query)
    assert ">sales</Enqueue>" in document("queue:sales", query, caller="client:bob")


def test_a_browser_enters_a_conference_that_is_listed() -> None:
    query = "Conferences%5B%5D=board&Conferences%5B%5D=daily"

    assert "<Conference>daily</Conference>" in document("conference:daily", query)


@pytest.mark.parametrize(
    "query", ["", "Agents=client:ann", "Queues=&Conferences=", "Queues=daily*"]
)
def test_no_queue_or_conference_is_open_by_default(query: str) -> None:
    for to in ("queue:sales", "conference:sales"):
        assert not re.search("<(Dial|Enqueue)", document(to, query))


@given(st.text(ALPHABET, max_size=4), st.text(ALPHABET, max_size=4), st.booleans())
def test_a_browser_enters_only_listed_names_and_prefixes(
    name: str, entry: str, is_prefix: bool
) -> None:
    listed = entry + "*" * is_prefix
    is_open = name.startswith(entry) if is_prefix else name == entry
    query = urlencode({"Queues[]": listed, "Conferences[]": listed})

    for to in (f"queue:{name}", f"conference:{name}"):
        found = re.search("<(Dial|Enqueue)", document(to, query))
        assert bool(found) == (is_open and bool(name))


@pytest.mark.parametrize(
    "to", ["", " ", "queue:", "conference: ", "client:", "client:a-b", "sip:ann@a.example", "?:x"]
)
def test_anything_else_is_not_dialed(to: str) -> None:
    assert "<Say>This line is not set up correctly" in document(to)


@pytest.mark.parametrize(
    ("caller", "more"),
    [
        ("+12025550123", []),
        ("sip:ann@a.example", []),
        ("client:", []),
        ("client:a-b", []),
        (ANN, [("From", "client:bob")]),
        (ANN, [("Direction", "outbound-api")]),
        (ANN, [("Direction", "outbound-dial")]),
    ],
)
@pytest.mark.parametrize("to", [OFFICE, "client:bob", "queue:sales", "conference:daily"])
def test_only_calls_from_browsers_are_connected(caller: str, more: Form, to: str) -> None:
    answer = document(to, "Queues=sales&Conferences=daily", caller=caller, more=more)

    assert not re.search("<(Dial|Enqueue)", answer)


def test_a_get_request_proves_no_caller(caplog: pytest.LogCaptureFixture) -> None:
    answer = document("", f"From=client%3Aann&To=%2B{OFFICE[1:]}", method="GET")

    assert "<Dial" not in answer
    assert "POST" in caplog.text


@pytest.mark.parametrize(
    ("number", "setting", "allowing"),
    [
        (ABROAD, "ALLOWED_COUNTRIES", {"ALLOWED_COUNTRIES": "GB"}),
        ("+19005550123", "ALLOWED_NUMBERS", {"ALLOWED_NUMBERS": "+19005550123"}),
        ("911", "not a valid phone number", {}),
    ],
)
def test_a_browser_calls_only_what_the_settings_allow(
    caplog: pytest.LogCaptureFixture, number: str, setting: str, allowing: dict[str, str]
) -> None:
    answer = document(number)

    assert "<Dial" not in answer
    assert "<Say>" in answer
    assert setting in caplog.text
    assert number[-7:] not in caplog.text
    if allowing:
        build(settings=allowing)
        assert f">{number}</Dial>" in document(number)


def test_a_browser_calls_no_blocked_recipient() -> None:
    build(settings={"BLOCKED_RECIPIENTS": OFFICE, "ALLOWED_NUMBERS": OFFICE})

    assert "<Dial" not in document(OFFICE)


def test_a_browser_never_dials_the_line_itself() -> None:
    assert "<Dial" not in document("202-555-0100")


def test_without_a_number_of_its_own_the_app_dials_none() -> None:
    build(settings={"TWILIO_FROM_NUMBER": "12345"})

    assert "<Dial" not in document(OFFICE)
    assert "<Client>" in document("client:bob")


@pytest.mark.parametrize("to", [OFFICE, "client:bob"])
def test_the_kill_switch_stops_calls_from_browsers(to: str) -> None:
    build(settings={"KILL_SWITCH": "true"})

    assert "<Dial" not in document(to)


@pytest.mark.parametrize("to", [OFFICE, "client:bob"])
def test_the_row_of_live_settings_stops_calls_from_browsers(to: str) -> None:
    ledger = MemoryLedger()
    values: dict[str, Value] = {STOPPED: "true"}
    asyncio.run(ledger.insert(Row(KIND, NAME, values)))
    build(ledger)

    assert "<Dial" not in document(to)


def test_a_call_lasts_no_longer_than_the_setting() -> None:
    build(settings={"MAX_CALL_SECONDS": "600"})

    assert 'timeLimit="600"' in document(OFFICE)
    assert 'timeLimit="600"' in document("client:bob")


@pytest.mark.parametrize("setting", ["DAILY_CALL_LIMIT", "RECIPIENT_LIMIT"])
def test_calls_from_browsers_count_toward_the_limits(
    caplog: pytest.LogCaptureFixture, setting: str
) -> None:
    build(settings={setting: "2"})
    answers = [document(OFFICE) for _ in range(3)]

    assert ["<Dial" in answer for answer in answers] == [True, True, False]
    assert setting in caplog.text
    assert "<Client>" in document("client:bob")


@pytest.mark.parametrize(("outage", "is_dialed"), [("refuse_keyed", True), ("refuse_all", False)])
def test_an_outage_of_the_ledger_stops_calls_only_if_the_settings_say_so(
    outage: str, is_dialed: bool
) -> None:
    build(BrokenLedger(), {"STORAGE_OUTAGE": outage})

    assert ("<Dial" in document(OFFICE)) is is_dialed


@given(st.text(max_size=80), st.sampled_from(["", "client:", "queue:", "conference:", "+"]))
def test_whatever_a_browser_asks_for_the_answer_is_a_document(text: str, kind: str) -> None:
    build()

    assert document(kind + text, "Queues=*&Conferences=*").startswith("<Response>")


def test_blocked_callers_include_no_browser_but_the_check_runs() -> None:
    build(settings={"BLOCKED_CALLERS": "anonymous"})

    assert "<Reject" in document(OFFICE, caller="anonymous")
    assert "<Dial" in document(OFFICE)


def test_a_call_that_the_app_places_may_continue_there_and_dials_no_one(
    twilio: FakeTwilio,
) -> None:
    url = "https://app.example/api/TwimlClientOutgoing"
    body = json.dumps({"to": OFFICE, "url": url}).encode()
    answer = asyncio.run(PlaceCall.main(func.HttpRequest("POST", "https://inner/", body=body)))

    assert answer.status_code == 201
    assert "<Dial" not in document(ABROAD, caller=LINE, more=[("Direction", "outbound-api")])


def ring(query: str, more: Form | None = None) -> str:
    return document(LINE, query, caller="+12025550123", more=more, name="TwimlClient")


def test_a_browser_is_rung() -> None:
    assert ring("Identity=ann&Timeout=30") == response(
        '<Dial action="TwimlClient?Dial=true" timeout="30"><Client>ann</Client></Dial>'
    )


def test_an_unanswered_browser_leads_to_fail_url() -> None:
    step = "Dial=true&Identity=ann&FailUrl=https%3A%2F%2Fexample.com%2Flater&Notify=2025550124"

    assert ring(step, [("DialCallStatus", "no-answer")]) == "https://example.com/later"
    assert "<Hangup" in ring(step, [("DialCallStatus", "completed")])


def test_an_unanswered_browser_leads_to_voicemail_if_it_has_an_owner() -> None:
    asked = ring("Identity=ann&Notify=%2B12025550124")
    step = re.findall('action="[^?]*[?]([^"]*)"', asked)[0].replace("&amp;", "&")

    assert ring(step, [("DialCallStatus", "no-answer")]) == (
        "https://app.example/api/TwimlVoicemail?Notify=%2B12025550124"
    )


@pytest.mark.parametrize("query", ["Timeout=30", "Identity=a-b", "Identity="])
def test_without_an_identity_the_caller_hears_why(query: str) -> None:
    assert "no Identity" in ring(query)
    assert ring(f"{query}&FailUrl=TwimlHello").endswith("/api/TwimlHello")


def test_the_kill_switch_rings_no_browser() -> None:
    build(settings={"KILL_SWITCH": "true"})

    assert "<Dial" not in ring("Identity=ann")
    assert ring("Identity=ann&FailUrl=TwimlHello").endswith("/api/TwimlHello")


@pytest.mark.parametrize(
    "query", ["TwimlClient?Identity=ann", "TwimlForward?PhoneNumber=client:ann"]
)
def test_a_browser_that_a_placed_call_dials_counts_as_a_call(
    twilio: FakeTwilio, query: str
) -> None:
    build(settings={"DAILY_CALL_LIMIT": "1"})
    body = json.dumps({"to": OFFICE, "url": f"https://app.example/api/{query}"}).encode()
    request = func.HttpRequest("POST", "https://inner/api/PlaceCall", body=body)

    assert asyncio.run(PlaceCall.main(request)).status_code == 403
    build(settings={"DAILY_CALL_LIMIT": "2"})
    assert asyncio.run(PlaceCall.main(request)).status_code == 201


def test_an_agent_in_a_browser_is_an_allowed_caller() -> None:
    query = "AllowedCallers%5B%5D=client%3Aann&AllowedCallers%5B%5D=%2B12025550124"

    assert "<Queue" in document(LINE, query, name=TwimlAgent.__name__)
    assert "<Queue" in document(LINE, query, caller=OFFICE, name=TwimlAgent.__name__)
    assert "<Queue" not in document(LINE, query, caller="client:bob", name=TwimlAgent.__name__)


def test_no_number_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    build(settings={"RECIPIENT_LIMIT": "1"})
    for number in (OFFICE, OFFICE, ABROAD, "+19005550123"):
        document(number)

    assert not re.search("[0-9]{7}", caplog.text)


def test_a_forged_request_is_refused() -> None:
    request = build_signed_request("/api/TwimlClientOutgoing", [("To", OFFICE)], signature="x")

    assert asyncio.run(TwimlClientOutgoing.main(request)).status_code == 403
