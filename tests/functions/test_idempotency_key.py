"""SendSms and PlaceCall with an Idempotency-Key, from the header to Twilio's request."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import azure.functions as func
import pytest

import PlaceCall
import SendSms
from shared import clients
from shared.errors import LedgerError
from shared.ledger.memory import MemoryLedger
from shared.ledger.rows import Row
from shared.recordings.voicemails import RecordedVoicemail

if TYPE_CHECKING:
    from tests.functions.conftest import FakeTwilio

TO, LINE = "+12025550123", "+12025550100"
KEY = "order-17"
SERVICE = "MG" + "a" * 32
MAINS = {"SendSms": SendSms.main, "PlaceCall": PlaceCall.main}
ACTIONS = pytest.mark.parametrize("name", sorted(MAINS))


class BrokenLedger(MemoryLedger):
    """A ledger whose storage is down."""

    async def insert(self, row: Row) -> Row:
        raise LedgerError("The storage is down.")


class MovableClock:
    """The time of day plus an offset."""

    added_s = 0.0

    def monotonic(self) -> float:
        return self.added_s

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.added_s)

    async def sleep(self, seconds: float) -> None:
        self.added_s += seconds


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture(autouse=True)
def app_with_ledger(
    twilio: FakeTwilio,
    values: dict[str, str],
    clock: MovableClock,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[None]:
    clients.reset(clients.Clients(values, clock, MemoryLedger()))
    yield
    clients.reset()


def asked(name: str = "SendSms", key: str | None = KEY, **changes: Any) -> func.HttpRequest:
    inputs = {"to": TO, "body": "Hi"} if name == "SendSms" else {"to": TO, "message": "Hi"}
    headers = {} if key is None else {"Idempotency-Key": key}
    body = json.dumps(inputs | changes).encode()
    return func.HttpRequest("POST", f"http://inner/api/{name}", headers=headers, body=body)


def act(name: str = "SendSms", key: str | None = KEY, **changes: Any) -> func.HttpResponse:
    return asyncio.run(MAINS[name](asked(name, key, **changes)))


def body(response: func.HttpResponse) -> Any:
    return json.loads(response.get_body())


def lose_answer(twilio: FakeTwilio) -> None:
    twilio.answer(500, {"code": 20500, "message": "Internal Server Error", "status": 500})


@ACTIONS
def test_a_repeated_request_gets_the_same_answer_marked_as_replay(
    twilio: FakeTwilio, name: str
) -> None:
    first, again = act(name), act(name, f'"{KEY}"', to="(202) 555-0123")

    assert (first.status_code, again.status_code) == (201, 201)
    assert body(first) == body(again)
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert len(twilio.requests) == 1


def test_a_replay_has_no_sender_if_it_was_not_chosen_yet() -> None:
    first, again = (act(messaging_service_sid=SERVICE) for _ in range(2))

    assert body(first) == body(again)
    assert body(again)["from"] is None


@ACTIONS
def test_the_reports_name_the_claim(twilio: FakeTwilio, name: str) -> None:
    act(name)

    url = urlsplit(twilio.requests[0]["data"]["StatusCallback"])
    claim = asyncio.run(clients.current().claims().find(KEY))
    assert claim is not None
    assert parse_qs(url.query) == {"claim": [claim.reference]}
    assert url.fragment == "rc=3&rp=5xx,ct"


def test_another_request_with_the_key_is_a_422(twilio: FakeTwilio) -> None:
    act()

    responses = [act(body="Bye"), act("PlaceCall")]

    assert [response.status_code for response in responses] == [422, 422]
    assert body(responses[0])["field"] == "Idempotency-Key"
    assert len(twilio.requests) == 1


def test_while_the_first_request_runs_the_next_is_a_409(
    twilio: FakeTwilio, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = twilio.request
    is_asked = asyncio.Event()
    is_over = asyncio.Event()

    async def slow(*args: Any, **kwargs: Any) -> Any:
        is_asked.set()
        await is_over.wait()
        return await request(*args, **kwargs)

    async def both() -> tuple[func.HttpResponse, func.HttpResponse]:
        first = asyncio.create_task(SendSms.main(asked()))
        await is_asked.wait()
        second = await SendSms.main(asked())
        is_over.set()
        return await first, second

    monkeypatch.setattr(twilio, "request", slow)
    first, second = asyncio.run(both())

    assert first.status_code == 201
    assert (second.status_code, second.headers["Retry-After"]) == (409, "1")


@ACTIONS
def test_an_unknown_outcome_is_looked_up_after_the_window(
    twilio: FakeTwilio, clock: MovableClock, name: str
) -> None:
    lose_answer(twilio)
    lost, soon = act(name), act(name)
    clock.added_s += 60
    sent = {"status": "delivered", "from": LINE, "to": TO, "body": "Hi"}
    sent |= {"direction": "outbound-api", "messaging_service_sid": None}
    sent["sid"] = ("SM" if name == "SendSms" else "CA") + "7" * 32
    sent["date_created"] = f"{datetime.now(UTC):%a, %d %b %Y %H:%M:%S +0000}"
    twilio.answer(200, {"messages" if name == "SendSms" else "calls": [sent]})

    found = act(name)

    assert [response.status_code for response in (lost, soon, found)] == [504, 504, 201]
    assert body(soon)["outcome"] == "unknown"
    assert soon.headers["Retry-After"] == "5"
    assert (body(found)["sid"], body(found)["from"]) == (sent["sid"], LINE)
    assert found.headers["Idempotent-Replayed"] == "true"
    assert [request["method"] for request in twilio.requests] == ["POST", "GET"]
    assert twilio.requests[1]["params"]["To"] == TO


@ACTIONS
def test_a_lookup_uses_the_sender_at_the_time_of_sending(
    twilio: FakeTwilio, clock: MovableClock, values: dict[str, str], name: str
) -> None:
    lose_answer(twilio)
    act(name)
    clock.added_s += 60
    values["TWILIO_FROM_NUMBER"] = "+12025550111"
    clients.reset(clients.Clients(values, clock, clients.current().ledger()))
    twilio.answer(200, {"messages" if name == "SendSms" else "calls": []})

    again = act(name)

    assert twilio.requests[1]["params"]["From"] == LINE
    assert body(again)["from"] == "+12025550111"


@ACTIONS
def test_an_unlisted_send_is_repeated_after_the_window(
    twilio: FakeTwilio, clock: MovableClock, name: str
) -> None:
    lose_answer(twilio)
    act(name)
    clock.added_s += 60
    twilio.answer(200, {"messages" if name == "SendSms" else "calls": []})

    response = act(name)

    assert response.status_code == 201
    assert "Idempotent-Replayed" not in response.headers
    assert [request["method"] for request in twilio.requests] == ["POST", "GET", "POST"]


def test_a_request_that_twilio_rejected_can_be_fixed_under_the_same_key(twilio: FakeTwilio) -> None:
    twilio.answer(400, {"code": 21211, "message": "Invalid 'To'", "status": 400})

    assert act(to="+12025550199").status_code == 400
    assert act().status_code == 201


def test_an_invalid_request_does_not_use_the_key() -> None:
    assert act(to="nobody").status_code == 400
    assert asyncio.run(clients.current().claims().find(KEY)) is None


def test_a_replay_works_even_if_its_send_time_has_passed(
    twilio: FakeTwilio, clock: MovableClock
) -> None:
    at = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    later = {"messaging_service_sid": SERVICE, "send_at": at}
    first = act(**later)
    clock.added_s += 7200

    again, new = act(**later), act(key="new", **later)

    assert body(first) == body(again)
    assert (new.status_code, body(new)["field"]) == (400, "send_at")
    assert asyncio.run(clients.current().claims().find("new")) is None
    assert len(twilio.requests) == 1


def test_a_key_that_cannot_be_used_is_a_400_and_never_in_a_log(
    twilio: FakeTwilio, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    lose_answer(twilio)
    refused = act(key="secret, key")
    act(key="secret key")
    act(key="secret key", body="Bye")

    assert (refused.status_code, body(refused)["field"]) == (400, "Idempotency-Key")
    assert len(caplog.records) >= 3
    assert "secret" not in caplog.text


def test_without_storage_only_sends_without_a_key_work(
    twilio: FakeTwilio, values: dict[str, str], clock: MovableClock
) -> None:
    clients.reset(clients.Clients(values, clock))

    refused, sent = act(), act(key=None)

    assert (refused.status_code, sent.status_code) == (500, 201)
    assert "AzureWebJobsStorage" in body(refused)["detail"]


def tell(seconds: int, recording: str = "RE" + "a" * 32) -> None:
    voicemail = RecordedVoicemail(recording, "", seconds)
    notifier = clients.current().voicemail_notifier
    asyncio.run(notifier.tell(voicemail, "+12025550124", "http://inner/api/OnRecording"))


def test_an_owner_gets_one_text_per_voicemail_even_if_the_words_change(twilio: FakeTwilio) -> None:
    tell(62)
    tell(63)

    assert len(twilio.requests) == 1


def test_an_owner_gets_a_text_for_each_voicemail(twilio: FakeTwilio) -> None:
    tell(62)
    tell(62, "RE" + "b" * 32)

    assert len(twilio.requests) == 2


def test_without_storage_the_owner_gets_a_text_for_each_report(
    twilio: FakeTwilio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clients.current(), "ledger", BrokenLedger)

    tell(62)
    tell(62)

    assert len(twilio.requests) == 2


def test_with_required_claims_the_owner_waits_for_storage(
    twilio: FakeTwilio,
    values: dict[str, str],
    clock: MovableClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clients.reset(clients.Clients(values | {"STORAGE_OUTAGE": "refuse_all"}, clock))
    monkeypatch.setattr(clients.current(), "ledger", BrokenLedger)

    with pytest.raises(LedgerError):
        tell(62)
    assert twilio.requests == []
