"""GetStatus: what became of a message, a call or a key, from the ledger or from Twilio."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import azure.functions as func
import pytest

import GetStatus
from shared import clients
from shared.delivery.states import StatusReport
from shared.errors import LedgerError, TwilioOutcomeUnknownError, TwilioUnreachableError
from shared.ledger.memory import MemoryLedger
from shared.ledger.rows import Row

if TYPE_CHECKING:
    from tests.functions.conftest import FakeTwilio, Run

SID, CALL = "SM" + "0" * 32, "CA" + "0" * 32


class SwitchedLedger(MemoryLedger):
    """A ledger that can be down."""

    is_down = False

    async def read(self, kind: str, name: str) -> Row | None:
        if self.is_down:
            raise LedgerError("storage is down")
        return await super().read(kind, name)


class Asker:
    """Somebody who asks what became of it."""

    def __init__(self, run: Run) -> None:
        self._run = run

    def asks(self, **query: str) -> func.HttpResponse:
        """Ask with the query as given."""
        encoded = "&".join(f"{name}={value}" for name, value in query.items())
        request = func.HttpRequest("GET", f"http://inner/api/GetStatus?{encoded}", body=b"")
        return self._run(GetStatus.main, request)

    def is_told(self, **query: str) -> dict[str, Any]:
        """The JSON of an answer that may not be kept."""
        response = self.asks(**query)
        assert (response.status_code, response.headers["Cache-Control"]) == (200, "no-store")
        return json.loads(response.get_body())

    def problem(self, **query: str) -> tuple[int, str | None]:
        """The status and the field of a problem."""
        response = self.asks(**query)
        assert response.mimetype == "application/problem+json"
        return response.status_code, json.loads(response.get_body()).get("field")


@pytest.fixture
def ledger(app: clients.Clients, monkeypatch: pytest.MonkeyPatch) -> SwitchedLedger:
    ledger = SwitchedLedger()
    monkeypatch.setattr(app, "ledger", lambda: ledger)
    return ledger


@pytest.fixture
def asker(run: Run, app: clients.Clients) -> Asker:
    return Asker(run)


def report(sid: str, *statuses: str, error_code: int | None = None) -> None:
    async def scenario() -> None:
        for status in statuses:
            await clients.current().states().record(StatusReport(sid, status, error_code))

    asyncio.run(scenario())


def claim(key: str, *, settled_to: str | None = None) -> None:
    async def scenario() -> None:
        claims = clients.current().claims()
        taken = await claims.take(claims.draft(key, "SendSms", "x"))
        if settled_to is not None:
            await claims.settle(taken.reference, settled_to, "sent")

    asyncio.run(scenario())


@pytest.mark.usefixtures("ledger")
def test_what_was_reported_comes_from_the_ledger(asker: Asker, twilio: FakeTwilio) -> None:
    report(SID, "sent", "undelivered", error_code=30003)

    told = asker.is_told(sid=SID)

    first, second = (entry.pop("at") for entry in told["reports"])
    assert first <= second
    assert told == {
        "sid": SID,
        "status": "undelivered",
        "final": True,
        "error_code": 30003,
        "source": "ledger",
        "reports": [{"status": "sent"}, {"status": "undelivered"}],
    }
    assert twilio.requests == []


@pytest.mark.usefixtures("ledger")
def test_twilio_is_asked_about_an_unreported_message(asker: Asker, twilio: FakeTwilio) -> None:
    twilio.answer(200, {"sid": SID, "status": "failed", "error_code": 30001})

    assert asker.is_told(sid=SID) == {
        "sid": SID,
        "status": "failed",
        "final": True,
        "error_code": 30001,
        "source": "twilio",
        "reports": [],
    }


@pytest.mark.usefixtures("ledger")
def test_twilio_is_asked_about_an_unreported_call(asker: Asker, twilio: FakeTwilio) -> None:
    twilio.answer(200, {"sid": CALL, "status": "ringing"})

    told = asker.is_told(sid=CALL)

    assert (told["status"], told["final"], told["source"]) == ("ringing", False, "twilio")
    assert "error_code" not in told


def test_twilio_is_asked_while_storage_is_down(
    ledger: SwitchedLedger, asker: Asker, twilio: FakeTwilio
) -> None:
    report(SID, "delivered")
    ledger.is_down = True
    twilio.answer(200, {"sid": SID, "status": "sent", "error_code": None})

    assert asker.is_told(sid=SID)["source"] == "twilio"


def test_an_app_without_storage_asks_twilio(asker: Asker, twilio: FakeTwilio) -> None:
    twilio.answer(200, {"sid": SID, "status": "sent", "error_code": None})

    assert asker.is_told(sid=SID)["source"] == "twilio"


@pytest.mark.usefixtures("ledger")
def test_a_sid_unknown_to_both_is_not_found(asker: Asker, twilio: FakeTwilio) -> None:
    twilio.answer(404, {"code": 20404, "message": "not found", "status": 404})

    assert asker.problem(sid=SID) == (404, "sid")


@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize(
    ("failure", "status"),
    [
        (TwilioUnreachableError("no connection"), 502),
        (TwilioOutcomeUnknownError("no answer"), 502),
        ((500, {}), 502),
        ((200, {"sid": SID}), 502),
        ((200, "{"), 502),
    ],
    ids=["unreachable", "silent", "failing", "without a status", "unreadable"],
)
def test_what_twilio_cannot_say_is_an_error_and_no_unknown_outcome(
    asker: Asker, twilio: FakeTwilio, failure: tuple[int, Any] | Exception, status: int
) -> None:
    twilio.lasting = failure

    response = asker.asks(sid=SID)

    assert response.status_code == status
    assert "outcome" not in json.loads(response.get_body())


@pytest.mark.usefixtures("ledger")
def test_a_key_has_the_status_of_its_message(asker: Asker) -> None:
    claim("order-1", settled_to=SID)
    report(SID, "delivered")

    told = asker.is_told(key="order-1")

    assert [entry["status"] for entry in told.pop("reports")] == ["delivered"]
    assert told == {
        "outcome": "sent",
        "function": "SendSms",
        "sid": SID,
        "status": "delivered",
        "final": True,
        "source": "ledger",
    }


@pytest.mark.usefixtures("ledger")
def test_a_key_may_be_asked_for_in_the_quotes_of_its_header(asker: Asker) -> None:
    claim("order-1", settled_to=SID)

    assert asker.is_told(key="%22order-1%22")["sid"] == SID


@pytest.mark.usefixtures("ledger")
def test_a_key_without_a_report_has_the_status_of_the_answer(asker: Asker) -> None:
    claim("order-1", settled_to=SID)

    told = asker.is_told(key="order-1")

    assert (told["status"], told["final"], told["reports"]) == ("sent", False, [])


@pytest.mark.usefixtures("ledger")
def test_a_key_whose_send_is_under_way_has_no_sid(asker: Asker) -> None:
    claim("order-1")

    assert asker.is_told(key="order-1") == {
        "outcome": "sending",
        "function": "SendSms",
        "source": "ledger",
    }


@pytest.mark.usefixtures("ledger")
def test_an_unused_key_is_not_found(asker: Asker, twilio: FakeTwilio) -> None:
    assert asker.problem(key="order-1") == (404, "key")
    assert twilio.requests == []


def test_a_key_is_unavailable_while_storage_is_down(ledger: SwitchedLedger, asker: Asker) -> None:
    ledger.is_down = True

    response = asker.asks(key="order-1")

    assert (response.status_code, response.headers["Retry-After"]) == (503, "10")


def test_an_app_without_storage_says_what_keys_need(asker: Asker) -> None:
    response = asker.asks(key="order-1")

    assert response.status_code == 500
    assert "AzureWebJobsStorage" in json.loads(response.get_body())["detail"]


@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({}, "sid"),
        ({"sid": SID, "key": "order-1"}, "sid"),
        ({"sid": ""}, "sid"),
        ({"sid": "SM1"}, "sid"),
        ({"sid": "RE" + "0" * 32}, "sid"),
        ({"sid": f"{SID}%0A"}, "sid"),
        ({"sid": "../Calls"}, "sid"),
        ({"sid": f"{SID}&sid={SID}"}, "sid"),
        ({"key": ""}, "key"),
        ({"key": "%20"}, "key"),
        ({"key": "%00"}, "key"),
        ({"key": "%FF"}, "key"),
        ({"id": SID}, "id"),
    ],
    ids=str,
)
def test_a_bad_question_names_its_field(
    asker: Asker, twilio: FakeTwilio, query: dict[str, str], field: str
) -> None:
    assert asker.problem(**query) == (400, field)
    assert twilio.requests == []
