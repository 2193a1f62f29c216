"""Opt-outs: what the functions learn of them, and what they refuse because of one."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import TYPE_CHECKING, Any

import azure.functions as func
import pytest

import OnMessageStatus
import PlaceCall
import SendSms
import TwimlReply
from shared import clients
from shared.clock import SystemClock
from shared.errors import LedgerError
from shared.ledger.memory import MemoryLedger
from shared.ledger.rows import Row

if TYPE_CHECKING:
    from tests.functions.conftest import FakeTwilio, Run, SignedRequest

PERSON, LINE, OTHER_LINE = "+12025550123", "+12025550100", "+12025550111"
SERVICE = "MG" + "a" * 32
REFUSED = {"code": 21610, "message": f"{PERSON} said STOP", "status": 400}
OPTED_OUT = (403, 21610)
SENT = (201, None)


class MovableLedger(MemoryLedger):
    """A ledger that can be down."""

    is_down = False

    async def read(self, kind: str, name: str) -> Row | None:
        if self.is_down:
            raise LedgerError("storage is down")
        return await super().read(kind, name)


class Desk:
    """Everything that can happen around one person's opt-out."""

    def __init__(
        self, run: Run, signed_request: SignedRequest, twilio: FakeTwilio, ledger: MovableLedger
    ) -> None:
        self._run = run
        self._signed_request = signed_request
        self.twilio = twilio
        self.ledger = ledger

    def send(self, **inputs: Any) -> tuple[int, int | None]:
        """Call SendSms; return its status and Twilio's error number."""
        body = json.dumps({"to": PERSON, "body": "Hello", **inputs}).encode()
        response = asyncio.run(SendSms.main(func.HttpRequest("POST", "https://a/b", body=body)))
        return response.status_code, json.loads(response.get_body()).get("code")

    def text(self, body: str, query: str = "", **fields: str) -> tuple[int, str]:
        """The person texts the line; return status and document of the answer."""
        form = {"From": PERSON, "To": LINE, "Body": body, **fields}
        request = self._signed_request(f"/api/TwimlReply{query}", list(form.items()))
        response = self._run(TwimlReply.main, request)
        return response.status_code, response.get_body().decode()

    def report(self, **fields: str) -> int:
        """Twilio reports that a text to the person has failed."""
        form = {"MessageSid": "SM" + "0" * 32, "MessageStatus": "failed", "To": PERSON, **fields}
        request = self._signed_request("/api/OnMessageStatus", list(form.items()))
        return self._run(OnMessageStatus.main, request).status_code


@pytest.fixture
def desk(
    app: clients.Clients,
    run: Run,
    signed_request: SignedRequest,
    twilio: FakeTwilio,
    monkeypatch: pytest.MonkeyPatch,
) -> Desk:
    ledger = MovableLedger()
    monkeypatch.setattr(app, "ledger", lambda: ledger)
    return Desk(run, signed_request, twilio, ledger)


@pytest.fixture
def values(values: dict[str, str]) -> dict[str, str]:
    """Settings that allow what these tests send."""
    return values | {"DAILY_SEGMENT_LIMIT": "0", "DAILY_CALL_LIMIT": "0"}


def test_a_refusal_of_twilio_is_remembered(desk: Desk) -> None:
    desk.twilio.answer(400, REFUSED)
    assert desk.send() == OPTED_OUT
    asked = len(desk.twilio.requests)

    assert desk.send() == OPTED_OUT
    assert len(desk.twilio.requests) == asked


def test_a_refusal_of_a_number_in_a_service_is_remembered_for_the_service(desk: Desk) -> None:
    desk.twilio.answer(400, REFUSED)
    assert desk.send(messaging_service_sid=SERVICE, **{"from": LINE}) == OPTED_OUT

    assert desk.send(messaging_service_sid=SERVICE) == OPTED_OUT
    assert desk.send(**{"from": LINE}) == SENT


def test_an_answer_that_may_hide_a_sent_text_is_no_refusal(desk: Desk) -> None:
    desk.twilio.answer(503, {**REFUSED, "status": 503})

    status, code = desk.send()

    assert (status, code) == (504, 21610)
    assert desk.send() == SENT


def test_stop_to_a_service_with_advanced_opt_out_is_remembered(desk: Desk) -> None:
    desk.text("Arrêt", OptOutType="STOP", MessagingServiceSid=SERVICE)

    assert desk.send() == OPTED_OUT
    assert desk.send(messaging_service_sid=SERVICE) == OPTED_OUT
    assert desk.send(**{"from": OTHER_LINE}) == SENT
    assert desk.send(to="+12025550124") == SENT


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ("Weiter", {"OptOutType": "START", "MessagingServiceSid": SERVICE}),
        ("START", {}),
        (" unstop\n", {}),
        ("Yes", {}),
    ],
)
def test_start_ends_an_opt_out(desk: Desk, body: str, fields: dict[str, str]) -> None:
    desk.text("STOP", OptOutType="STOP")
    assert desk.send() == OPTED_OUT
    desk.text(body, **fields)

    assert desk.send() == SENT


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ("STOP", {}),
        ("Stop", {"MessagingServiceSid": SERVICE}),
        ("HELP", {"OptOutType": "HELP"}),
        ("STOP", {"OptOutType": "STOP", "From": "whatsapp:+12025550123"}),
    ],
)
def test_what_may_be_no_opt_out_is_not_remembered(
    desk: Desk, body: str, fields: dict[str, str]
) -> None:
    desk.text(body, **fields)

    assert desk.send() == SENT


def test_a_text_without_a_body_says_nothing_of_opt_outs(
    desk: Desk, run: Run, signed_request: SignedRequest
) -> None:
    desk.text("STOP", OptOutType="STOP")
    request = signed_request("/api/TwimlReply", [("From", PERSON), ("To", LINE)])

    assert run(TwimlReply.main, request).status_code == 200
    assert desk.send() == OPTED_OUT


def test_more_than_the_word_start_is_not_the_end_of_an_opt_out(desk: Desk) -> None:
    desk.text("STOP", OptOutType="STOP")
    desk.text("Yes, that is what I wrote")

    assert desk.send() == OPTED_OUT


@pytest.mark.parametrize("kind", ["STOP", "START", "HELP"])
def test_what_twilio_has_answered_is_only_handed_on(desk: Desk, kind: str) -> None:
    query = f"?Message=Hello&Keywords[{kind}]=Hello&Forward=%2B12025550124"
    status, document = desk.text(kind, query, OptOutType=kind)

    assert (status, document.count("<Message"), "Hello" in document) == (200, 1, False)
    assert 'to="+12025550124"' in document


def test_a_report_of_an_opt_out_is_remembered_for_the_service(desk: Desk) -> None:
    fields = {"ErrorCode": "21610", "From": LINE, "MessagingServiceSid": SERVICE}
    assert desk.report(**fields) == 204

    assert desk.send(messaging_service_sid=SERVICE) == OPTED_OUT
    assert desk.send() == SENT


def test_a_report_of_an_opt_out_without_a_service_is_remembered_for_the_number(desk: Desk) -> None:
    desk.report(ErrorCode="21610", From=LINE)

    assert desk.send() == OPTED_OUT


def test_other_failures_are_no_opt_outs(desk: Desk) -> None:
    desk.report(ErrorCode="30003", From=LINE)

    assert desk.send() == SENT


def test_a_call_is_not_affected(desk: Desk) -> None:
    desk.text("STOP", OptOutType="STOP")
    body = json.dumps({"to": PERSON}).encode()
    response = asyncio.run(PlaceCall.main(func.HttpRequest("POST", "https://a/b", body=body)))

    assert response.status_code == 201


def test_a_replayed_key_is_answered_whatever_the_person_has_texted_since(desk: Desk) -> None:
    def send() -> int:
        body = json.dumps({"to": PERSON, "body": "Hello"}).encode()
        headers = {"Idempotency-Key": "one"}
        request = func.HttpRequest("POST", "https://a/b", headers=headers, body=body)
        return asyncio.run(SendSms.main(request)).status_code

    first = send()
    desk.text("STOP", OptOutType="STOP")

    assert (first, send()) == (201, 201)
    assert len(desk.twilio.requests) == 1
    assert desk.send() == OPTED_OUT


@pytest.mark.usefixtures("app")
def test_storage_that_hangs_does_not_turn_a_refusal_into_an_unknown_outcome(
    twilio: FakeTwilio, values: dict[str, str]
) -> None:
    class Hanging(MemoryLedger):
        async def read(self, kind: str, name: str) -> Row | None:
            return await asyncio.get_running_loop().create_future()

    shortest = {**values, "SETTLE_WINDOW_SECONDS": "3"}
    current = clients.Clients(shortest, SystemClock())
    current._ledger = Hanging()  # pyright: ignore[reportPrivateUsage] - no other storage
    clients.reset(current)
    twilio.answer(400, REFUSED)
    body = json.dumps({"to": PERSON, "body": "Hello"}).encode()

    response = asyncio.run(SendSms.main(func.HttpRequest("POST", "https://a/b", body=body)))

    assert response.status_code == 403


def test_while_storage_is_down_stop_is_answered_and_twilio_refuses(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    desk.ledger.is_down = True
    assert desk.text("STOP", OptOutType="STOP")[0] == 200
    desk.twilio.answer(400, REFUSED)
    assert desk.send() == OPTED_OUT

    assert desk.send() == SENT
    warnings = [r.getMessage() for r in caplog.records if r.levelno == logging.WARNING]
    assert sum("not noted" in warning for warning in warnings) == 2
    assert sum("cannot be read" in warning for warning in warnings) == 1
    assert "5550123" not in caplog.text


def test_a_query_that_a_caller_of_place_call_can_write_is_no_opt_out(desk: Desk) -> None:
    desk.text("Hello", query="?OptOutType=STOP")

    assert desk.send() == SENT
