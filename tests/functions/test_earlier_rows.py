"""Rows that an earlier release left in the ledger still do their work.

`rows/VERSION.json` holds what a release stored at RECORDED_AT: a text that was sent and delivered,
a call, and a text whose outcome is unknown. To record the rows of a new release, run

    python -m tests.functions.test_earlier_rows > tests/functions/rows/VERSION.json
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import azure.functions as func
import pytest

import GetStatus
import PlaceCall
import SendSms
from shared import clients
from shared.delivery.states import StatusReport
from shared.errors import TwilioOutcomeUnknownError
from shared.ledger.memory import MemoryLedger
from shared.ledger.rows import Row
from shared.twilio_api import transport
from tests.functions.conftest import FakeTwilio

if TYPE_CHECKING:
    from collections.abc import Sequence

RECORDED_AT = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
EARLIER = sorted(Path(__file__).with_name("rows").glob("*.json"))
SETTINGS = {
    "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "TWILIO_AUTH_TOKEN": "primary",
    "TWILIO_FROM_NUMBER": "+12025550100",
    "PUBLIC_URL": "https://app.example",
    "DAILY_SEGMENT_LIMIT": "10",
    "RECIPIENT_LIMIT": "2",
}
TO = "+12025550123"
TEXT = {"to": TO, "body": "Hi"}
CALL = {"to": TO, "message": "Hi"}
LOST = {"to": "+12025550124", "body": "Hi"}


class StoredLedger(MemoryLedger):
    """A ledger that starts with stored rows."""

    def __init__(self, rows: Sequence[Mapping[str, Any]] = ()) -> None:
        super().__init__()
        for row in rows:
            self._put(Row(row["kind"], row["name"], row["values"]))

    def stored(self) -> list[dict[str, Any]]:
        """Return the rows as JSON keeps them."""
        return [
            {"kind": row.kind, "name": row.name, "values": dict(row.values)}
            for _, row in sorted(self._rows.items())
        ]


class LaterClock:
    """A clock that stands at a time after RECORDED_AT, and that nothing waits for."""

    def __init__(self, minutes: float = 0) -> None:
        self.time = RECORDED_AT + timedelta(minutes=minutes)

    def monotonic(self) -> float:
        return (self.time - RECORDED_AT).total_seconds()

    def now(self) -> datetime:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


def send(main: Any, key: str, inputs: dict[str, str]) -> func.HttpResponse:
    """Send with a key."""
    url = f"http://inner/api/{main.__module__}"
    body = json.dumps(inputs).encode()
    request = func.HttpRequest("POST", url, headers={"Idempotency-Key": key}, body=body)
    return asyncio.run(main(request))


def status(**query: str) -> dict[str, Any]:
    """Return what GetStatus answers."""
    [(name, value)] = query.items()
    request = func.HttpRequest("GET", f"http://inner/api/GetStatus?{name}={value}", body=b"")
    return json.loads(asyncio.run(GetStatus.main(request)).get_body())


def record() -> list[dict[str, Any]]:
    """Return the rows that this release leaves behind."""
    fake, ledger = FakeTwilio(), StoredLedger()
    transport.TwilioHttp = lambda local_stack_url: fake  # pyright: ignore
    clients.reset(clients.Clients(SETTINGS, LaterClock(), ledger))
    sent = send(SendSms.main, "text", TEXT)
    send(PlaceCall.main, "call", CALL)
    fake.fail(TwilioOutcomeUnknownError("The connection broke."))
    send(SendSms.main, "lost", LOST)
    report = StatusReport(json.loads(sent.get_body())["sid"], "delivered", None)
    asyncio.run(clients.current().states().record(report))
    return ledger.stored()


@pytest.fixture(params=EARLIER, ids=lambda path: path.stem)
def rows(request: pytest.FixtureRequest) -> list[dict[str, Any]]:
    return json.loads(request.param.read_text("utf-8"))


@pytest.fixture(autouse=True)
def upgraded(twilio: FakeTwilio, rows: list[dict[str, Any]]) -> Iterator[None]:
    """The app of today, five minutes after the rows were stored."""
    clients.reset(clients.Clients(SETTINGS, LaterClock(minutes=5), StoredLedger(rows)))
    yield
    clients.reset()


@pytest.mark.parametrize(
    ("main", "key", "inputs"), [(SendSms.main, "text", TEXT), (PlaceCall.main, "call", CALL)]
)
def test_a_repeated_request_is_not_sent_again(
    twilio: FakeTwilio, main: Any, key: str, inputs: dict[str, str]
) -> None:
    again = send(main, key, inputs)

    assert (again.status_code, again.headers["Idempotent-Replayed"]) == (201, "true")
    assert twilio.requests == []


def test_a_changed_request_is_refused(twilio: FakeTwilio) -> None:
    assert send(SendSms.main, "text", TEXT | {"body": "Bye"}).status_code == 422
    assert twilio.requests == []


def test_an_unknown_outcome_is_looked_up(twilio: FakeTwilio) -> None:
    found = {"sid": "SM" + "7" * 32, "status": "sent", "direction": "outbound-api"}
    found |= {"from": "+12025550100", "messaging_service_sid": None, **LOST}
    found["date_created"] = f"{RECORDED_AT:%a, %d %b %Y %H:%M:%S +0000}"
    twilio.answer(200, {"messages": [found]})

    response = send(SendSms.main, "lost", LOST)

    assert (response.status_code, json.loads(response.get_body())["sid"]) == (201, found["sid"])
    assert [request["method"] for request in twilio.requests] == ["GET"]


def test_the_status_of_a_key_is_known(twilio: FakeTwilio) -> None:
    assert (status(key="text")["status"], status(key="text")["final"]) == ("delivered", True)
    assert twilio.requests == []


def test_the_limit_of_a_recipient_counts_what_was_sent_before(twilio: FakeTwilio) -> None:
    assert send(SendSms.main, "new", TEXT).status_code == 429
    assert twilio.requests == []


if __name__ == "__main__":
    json.dump(record(), sys.stdout, indent=1)
    sys.stdout.write("\n")
