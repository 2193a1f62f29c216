"""GetStatus: the status of a message, a call or a key, from the ledger or from Twilio."""

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
    """A ledger that can fail."""

    is_down = False

    async def read(self, kind: str, name: str) -> Row | None:
        if self.is_down:
            raise LedgerError("storage is down")
        return await super().read(kind, name)


class StatusClient:
    """A client of GetStatus."""

    def __init__(self, run: Run) -> None:
        self._run = run

    def get(self, **query: str) -> func.HttpResponse:
        """Send a query."""
        encoded = "&".join(f"{name}={value}" for name, value in query.items())
        request = func.HttpRequest("GET", f"http://inner/api/GetStatus?{encoded}", body=b"")
        return self._run(GetStatus.main, request)

    def status(self, **query: str) -> dict[str, Any]:
        """Return the JSON of a successful response, which must not be cacheable."""
        response = self.get(**query)
        assert (response.status_code, response.headers["Cache-Control"]) == (200, "no-store")
        return json.loads(response.get_body())

    def problem(self, **query: str) -> tuple[int, str | None]:
        """Return the status and field of a problem."""
        response = self.get(**query)
        assert response.mimetype == "application/problem+json"
        return response.status_code, json.loads(response.get_body()).get("field")


@pytest.fixture
def ledger(app: clients.Clients, monkeypatch: pytest.MonkeyPatch) -> SwitchedLedger:
    ledger = SwitchedLedger()
    monkeypatch.setattr(app, "ledger", lambda: ledger)
    return ledger


@pytest.fixture
def client(run: Run, app: clients.Clients) -> StatusClient:
    return StatusClient(run)


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
def test_reported_statuses_come_from_the_ledger(client: StatusClient, twilio: FakeTwilio) -> None:
    report(SID, "sent", "undelivered", error_code=30003)

    status = client.status(sid=SID)

    first, second = (entry.pop("at") for entry in status["reports"])
    assert first <= second
    assert status == {
        "sid": SID,
        "status": "undelivered",
        "final": True,
        "error_code": 30003,
        "error_message": "Unreachable destination handset",
        "source": "ledger",
        "reports": [{"status": "sent"}, {"status": "undelivered"}],
    }
    assert twilio.requests == []


@pytest.mark.usefixtures("ledger")
def test_twilio_is_asked_about_an_unreported_message(
    client: StatusClient, twilio: FakeTwilio
) -> None:
    twilio.answer(200, {"sid": SID, "status": "failed", "error_code": 30001})

    assert client.status(sid=SID) == {
        "sid": SID,
        "status": "failed",
        "final": True,
        "error_code": 30001,
        "error_message": "Queue overflow",
        "source": "twilio",
        "reports": [],
    }


@pytest.mark.usefixtures("ledger")
def test_twilio_is_asked_about_an_unreported_call(client: StatusClient, twilio: FakeTwilio) -> None:
    twilio.answer(200, {"sid": CALL, "status": "ringing"})

    status = client.status(sid=CALL)

    assert (status["status"], status["final"], status["source"]) == ("ringing", False, "twilio")
    assert "error_code" not in status


def test_twilio_is_asked_while_storage_is_down(
    ledger: SwitchedLedger, client: StatusClient, twilio: FakeTwilio
) -> None:
    report(SID, "delivered")
    ledger.is_down = True
    twilio.answer(200, {"sid": SID, "status": "sent", "error_code": None})

    assert client.status(sid=SID)["source"] == "twilio"


def test_an_app_without_storage_asks_twilio(client: StatusClient, twilio: FakeTwilio) -> None:
    twilio.answer(200, {"sid": SID, "status": "sent", "error_code": None})

    assert client.status(sid=SID)["source"] == "twilio"


@pytest.mark.usefixtures("ledger")
def test_a_sid_unknown_to_both_is_not_found(client: StatusClient, twilio: FakeTwilio) -> None:
    twilio.answer(404, {"code": 20404, "message": "not found", "status": 404})

    assert client.problem(sid=SID) == (404, "sid")


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
def test_a_failed_query_to_twilio_is_an_error_not_an_unknown_outcome(
    client: StatusClient, twilio: FakeTwilio, failure: tuple[int, Any] | Exception, status: int
) -> None:
    twilio.lasting = failure

    response = client.get(sid=SID)

    assert response.status_code == status
    assert "outcome" not in json.loads(response.get_body())


@pytest.mark.usefixtures("ledger")
def test_a_key_has_the_status_of_its_message(client: StatusClient) -> None:
    claim("order-1", settled_to=SID)
    report(SID, "delivered")

    status = client.status(key="order-1")

    assert [entry["status"] for entry in status.pop("reports")] == ["delivered"]
    assert status == {
        "outcome": "sent",
        "function": "SendSms",
        "sid": SID,
        "status": "delivered",
        "final": True,
        "source": "ledger",
    }


@pytest.mark.usefixtures("ledger")
def test_a_key_can_be_quoted_like_its_header(client: StatusClient) -> None:
    claim("order-1", settled_to=SID)

    assert client.status(key="%22order-1%22")["sid"] == SID


@pytest.mark.usefixtures("ledger")
def test_a_key_without_a_report_has_the_first_status(client: StatusClient) -> None:
    claim("order-1", settled_to=SID)

    status = client.status(key="order-1")

    assert (status["status"], status["final"], status["reports"]) == ("sent", False, [])


@pytest.mark.usefixtures("ledger")
def test_a_key_whose_send_is_in_progress_has_no_sid(client: StatusClient) -> None:
    claim("order-1")

    assert client.status(key="order-1") == {
        "outcome": "sending",
        "function": "SendSms",
        "source": "ledger",
    }


@pytest.mark.usefixtures("ledger")
def test_an_unused_key_is_not_found(client: StatusClient, twilio: FakeTwilio) -> None:
    assert client.problem(key="order-1") == (404, "key")
    assert twilio.requests == []


def test_a_key_is_unavailable_while_storage_is_down(
    ledger: SwitchedLedger, client: StatusClient
) -> None:
    ledger.is_down = True

    response = client.get(key="order-1")

    assert (response.status_code, response.headers["Retry-After"]) == (503, "10")


def test_an_app_without_storage_says_that_keys_need_it(client: StatusClient) -> None:
    response = client.get(key="order-1")

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
    client: StatusClient, twilio: FakeTwilio, query: dict[str, str], field: str
) -> None:
    assert client.problem(**query) == (400, field)
    assert twilio.requests == []


@pytest.mark.usefixtures("ledger")
def test_details_of_a_call_come_from_twilio(client: StatusClient, twilio: FakeTwilio) -> None:
    report(CALL, "completed")
    call = {"sid": CALL, "status": "completed", "duration": "62", "answered_by": "human"}
    twilio.answer(200, call | {"price": "-0.014", "price_unit": "USD"})
    recording = {"sid": "RE" + "0" * 32, "call_sid": CALL, "duration": "60"}
    twilio.answer(200, {"recordings": [recording]})

    status = client.status(sid=CALL, details="true")

    assert (status["status"], status["source"]) == ("completed", "ledger")
    assert status["details"] == {
        "duration": 62,
        "answered_by": "human",
        "price": "-0.014",
        "price_unit": "USD",
        "recordings": [{"sid": recording["sid"], "duration": 60}],
    }
    assert twilio.requests[1]["params"]["CallSid"] == CALL


@pytest.mark.usefixtures("ledger")
def test_details_of_a_keyed_text_come_from_twilio(client: StatusClient, twilio: FakeTwilio) -> None:
    claim("order-17", settled_to=SID)
    text = {"sid": SID, "status": "sent", "num_segments": "3", "price": None}
    twilio.answer(200, text | {"price_unit": "USD"})

    details = client.status(key="order-17", details="true")["details"]

    assert details == {"segments": 3, "price": None, "price_unit": "USD"}


@pytest.mark.usefixtures("ledger")
def test_a_new_call_has_no_duration_yet(client: StatusClient, twilio: FakeTwilio) -> None:
    report(CALL, "ringing")
    twilio.answer(200, {"sid": CALL, "status": "ringing", "duration": "0"})
    twilio.answer(200, {"recordings": []})

    details = client.status(sid=CALL, details="true")["details"]

    assert (details["duration"], details["recordings"]) == (None, [])
