"""Sends: what frees a key, what leaves it unknown, and storage outages."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast

import pytest

from shared.config.settings import Settings, StorageOutage
from shared.errors import (
    ConfigurationError,
    InvalidRequestError,
    LedgerError,
    TwilioError,
    TwilioOutcomeUnknownError,
    TwilioRefusedError,
    TwilioUnreachableError,
    VaultError,
)
from shared.http.idempotency import Key
from shared.ledger.memory import MemoryLedger
from shared.ledger.rows import Row, RowExistsError
from shared.sending.claim import IdempotencyClaim
from shared.sending.claims import Claims
from shared.sending.lookups import AmbiguousError, Listed, Lookups
from shared.sending.outbox import Records
from shared.sending.sent import Sent
from shared.sending.sid_owners import SidOwners
from shared.twilio_api.dispatch import TooLateError, note_leave
from tests.shared.sending.trials import TrialRequest, answer_of, send

if TYPE_CHECKING:
    from tests.shared.conftest import ManualClock

SID = "SM" + "1" * 32
ACCEPTED = Sent(SID, "queued", "+12025550100", "+12025550123", 1)
KEY = Key("key", "SendSms", "same")
WINDOW_S = 60


class Storage(MemoryLedger):
    """A ledger that fails after `works_for` requests."""

    works_for = 1_000_000

    async def insert(self, row: Row) -> Row:
        self._work()
        return await super().insert(row)

    async def read(self, kind: str, name: str) -> Row | None:
        self._work()
        return await super().read(kind, name)

    async def replace(self, row: Row) -> Row:
        self._work()
        return await super().replace(row)

    def _work(self) -> None:
        self.works_for -= 1
        if self.works_for < 0:
            raise LedgerError("The storage is down.")


class Harness:
    """Sends through an outbox to a fake Twilio whose outcomes a test sets."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.ledger = Storage()
        self.answer: Exception | None = None
        self.admitting: Any = None
        self.before: Any = None
        self.during: Any = None
        self.listed: Listed | Exception | None = None
        self.references: list[str] = []

    def send(
        self,
        key: Key | None = KEY,
        outage: StorageOutage = "refuse_keyed",
        config: Settings | None = None,
    ) -> Sent:
        return asyncio.run(self.sent(key, config or Settings(storage_outage=outage)))

    async def sent(self, key: Key | None = KEY, config: Settings | None = None) -> Sent:
        config = config or Settings()
        records = Records(Claims(self.ledger, self.clock, config), cast("Lookups", None))
        request = self.anything()
        return await send(request, key, lambda: records, self.clock, config, self.admitting)

    def anything(self) -> TrialRequest:
        return TrialRequest(self._create, self._find)

    def state(self) -> str:
        self.ledger.works_for = 1_000_000
        claim = asyncio.run(Claims(self.ledger, self.clock, Settings()).find("key"))
        return claim.state if claim else "free"

    async def _create(self, reference: str) -> object:
        if self.before is not None:
            await self.before()
        note_leave()
        self.references.append(reference)
        if self.during is not None:
            await self.during(reference)
        if self.answer is not None:
            raise self.answer
        number = len(self.references)
        return answer_of(SID if number == 1 else f"SM{number:032}", "queued")

    async def _find(self, lookups: Lookups, claim: IdempotencyClaim) -> Listed | None:
        if isinstance(self.listed, Exception):
            raise self.listed
        return self.listed


@pytest.fixture
def harness(clock: ManualClock) -> Harness:
    return Harness(clock)


def lose_answer(harness: Harness) -> TwilioOutcomeUnknownError:
    harness.answer = TwilioOutcomeUnknownError("no answer")
    with pytest.raises(TwilioOutcomeUnknownError) as caught:
        harness.send()
    harness.answer = None
    return caught.value


def test_a_repeated_request_gets_the_first_answer(harness: Harness) -> None:
    assert harness.send() == ACCEPTED
    assert harness.send() == ACCEPTED._replace(is_replay=True)
    assert len(harness.references) == 1


@pytest.mark.parametrize("outage", ["refuse_keyed", "send_all"])
def test_without_a_key_the_ledger_is_not_used(harness: Harness, outage: StorageOutage) -> None:
    harness.ledger.works_for = 0

    assert harness.send(None, outage) == ACCEPTED
    assert harness.references == [""]


@pytest.mark.parametrize(
    "error",
    [
        InvalidRequestError("too near"),
        ConfigurationError("no secret"),
        VaultError("down"),
        TwilioUnreachableError("no connection"),
        TwilioRefusedError("no", code=21211, twilio_status=400),
        TwilioRefusedError("busy", code=20429, twilio_status=429),
    ],
)
def test_an_error_that_did_nothing_frees_the_key(harness: Harness, error: Exception) -> None:
    harness.answer = error

    with pytest.raises(type(error)):
        harness.send()

    assert harness.state() == "free"


@pytest.mark.parametrize("key", [KEY, None])
def test_a_5xx_from_twilio_is_an_unknown_outcome(harness: Harness, key: Key | None) -> None:
    harness.answer = TwilioRefusedError("oops", code=20500, twilio_status=500)

    with pytest.raises(TwilioOutcomeUnknownError) as caught:
        harness.send(key)

    assert caught.value.code == 20500
    assert harness.state() == ("unknown" if key else "free")


@pytest.mark.parametrize("status", [302, 408])
def test_an_answer_that_is_not_a_refusal_is_an_unknown_outcome(
    harness: Harness, status: int
) -> None:
    harness.answer = TwilioRefusedError("?", code=None, twilio_status=status)

    with pytest.raises(TwilioOutcomeUnknownError):
        harness.send()
    assert harness.state() == "unknown"


@pytest.mark.parametrize("outage", ["refuse_keyed", "refuse_all"])
def test_without_a_key_the_error_says_to_check_first(
    harness: Harness, outage: StorageOutage
) -> None:
    harness.answer = TwilioOutcomeUnknownError("no answer")

    with pytest.raises(TwilioOutcomeUnknownError, match="Twilio's log") as caught:
        harness.send(None, outage)
    assert caught.value.retry_after_s is None


def test_with_a_key_the_error_says_when_to_retry(harness: Harness) -> None:
    error = lose_answer(harness)

    assert error.retry_after_s == 5
    assert "after 60 s" in error.detail


@pytest.mark.parametrize("key", [KEY, None])
def test_the_log_says_why_an_outcome_is_unknown(harness: Harness, key: Key | None) -> None:
    harness.answer = TwilioRefusedError("secret", code=20500, twilio_status=500)

    with pytest.raises(TwilioOutcomeUnknownError) as caught:
        harness.send(key)
    assert caught.value.log_text == harness.answer.log_text


def test_within_the_window_nothing_is_sent_again(harness: Harness) -> None:
    lose_answer(harness)
    harness.clock.advance(WINDOW_S - 0.5)

    with pytest.raises(TwilioOutcomeUnknownError) as caught:
        harness.send()

    assert caught.value.retry_after_s == 1
    assert len(harness.references) == 1


def test_after_the_window_an_entry_in_the_list_is_the_answer(harness: Harness) -> None:
    lose_answer(harness)
    harness.clock.advance(WINDOW_S)
    harness.listed = Listed(SID, "delivered", None, "outbound-api", None)

    assert harness.send() == ACCEPTED._replace(status="delivered", sender="", is_replay=True)
    assert len(harness.references) == 1


def test_after_the_window_an_unlisted_send_gets_a_new_attempt(harness: Harness) -> None:
    lose_answer(harness)
    harness.clock.advance(WINDOW_S)

    assert not harness.send().is_replay
    assert len(set(harness.references)) == 2


@pytest.mark.parametrize(
    ("trouble", "retry_after_s"),
    [
        (AmbiguousError(), WINDOW_S),
        (AmbiguousError(3.2), 4),
        (TwilioUnreachableError("no connection"), 5),
        (VaultError("down"), 5),
    ],
)
def test_an_ambiguous_list_leaves_the_outcome_unknown(
    harness: Harness, trouble: Exception, retry_after_s: int
) -> None:
    lose_answer(harness)
    harness.clock.advance(WINDOW_S)
    harness.listed = trouble

    with pytest.raises(TwilioOutcomeUnknownError) as caught:
        harness.send()

    assert caught.value.retry_after_s == retry_after_s
    assert (harness.state(), len(harness.references)) == ("unknown", 1)


def claim_for_another_key(harness: Harness, sid: str) -> None:
    owners = SidOwners(harness.ledger)
    assert asyncio.run(owners.own(sid, "another claim"))


def test_an_entry_that_another_key_took_first_is_neither_used_nor_sent_again(
    harness: Harness,
) -> None:
    lose_answer(harness)
    harness.clock.advance(WINDOW_S)
    harness.listed = Listed(SID, "delivered", None, "outbound-api", None)
    claim_for_another_key(harness, SID)

    with pytest.raises(TwilioOutcomeUnknownError):
        harness.send()
    assert (harness.state(), len(harness.references)) == ("unknown", 1)


def test_an_answer_that_another_key_found_in_the_list_is_not_reused(harness: Harness) -> None:
    claim_for_another_key(harness, SID)

    with pytest.raises(TwilioOutcomeUnknownError):
        harness.send()
    assert harness.state() == "unknown"


def test_a_report_replaces_a_lost_answer(harness: Harness) -> None:
    async def report(reference: str) -> None:
        claims = Claims(harness.ledger, harness.clock, Settings())
        await claims.settle(reference, SID, "sent")

    harness.during = report
    harness.answer = TwilioOutcomeUnknownError("no answer")

    assert harness.send() == ACCEPTED._replace(status="sent", sender="")


def test_a_send_past_its_deadline_is_unknown(harness: Harness) -> None:
    async def hang(_: str) -> None:
        await asyncio.Event().wait()

    harness.during = hang

    with pytest.raises(TwilioOutcomeUnknownError):
        harness.send(config=Settings(settle_window_s=cast("int", 0.03)))
    assert harness.state() == "unknown"


def slow_insert(harness: Harness, seconds: float) -> None:
    original = harness.ledger.insert

    async def slow(row: Row) -> Row:
        stored = await original(row)
        harness.clock.advance(seconds)
        return stored

    harness.ledger.insert = slow


def test_time_spent_on_storage_counts_toward_the_deadline(harness: Harness) -> None:
    async def answer_late(_: str) -> None:
        await asyncio.sleep(2)

    slow_insert(harness, 39.99)
    harness.during = answer_late

    with pytest.raises(TwilioOutcomeUnknownError):
        harness.send()


@pytest.mark.parametrize("error", [asyncio.CancelledError(), ZeroDivisionError()])
def test_an_interrupted_send_is_unknown(harness: Harness, error: BaseException) -> None:
    harness.answer = cast("Exception", error)

    with pytest.raises(type(error)):
        harness.send()

    assert harness.state() == "unknown"


def test_a_send_that_cannot_start_in_time_does_not_start(harness: Harness) -> None:
    slow_insert(harness, 40)

    with pytest.raises(TooLateError):
        harness.send()
    assert (harness.state(), harness.references) == ("free", [])


@pytest.mark.parametrize("key", [KEY, None])
@pytest.mark.parametrize("is_frozen", [True, False])
def test_a_request_past_its_deadline_is_not_sent_and_frees_the_key(
    harness: Harness, key: Key | None, is_frozen: bool
) -> None:
    async def hold_up() -> None:
        if not is_frozen:
            await asyncio.Event().wait()
        harness.clock.advance(2)

    harness.before = hold_up

    with pytest.raises(TooLateError):
        harness.send(key, config=Settings(settle_window_s=3 if is_frozen else cast("int", 0.03)))
    assert (harness.state(), harness.references) == ("free", [])


def test_a_late_send_does_not_change_another_instances_attempt(harness: Harness) -> None:
    async def change_the_claim() -> None:
        harness.before = None
        harness.clock.advance(WINDOW_S)
        assert await harness.sent() == ACCEPTED

    harness.before = change_the_claim

    assert harness.send() == ACCEPTED._replace(is_replay=True)
    assert len(harness.references) == 1


@pytest.mark.parametrize("is_too_late_for_that", [True, False])
def test_a_report_on_an_earlier_attempt_answers_the_next_one(
    harness: Harness, is_too_late_for_that: bool
) -> None:
    async def report(*_: object) -> None:
        claims = Claims(harness.ledger, harness.clock, Settings())
        await claims.settle(harness.references[0], SID, "sent")

    lose_answer(harness)
    harness.clock.advance(WINDOW_S)
    if is_too_late_for_that:
        harness.during = report
    else:
        harness.admitting = report

    assert harness.send() == ACCEPTED._replace(status="sent", sender="", is_replay=True)
    assert harness.send().sid == SID
    assert len(harness.references) == 1 + is_too_late_for_that


def test_after_a_retry_that_did_nothing_a_report_on_the_first_attempt_still_settles(
    harness: Harness,
) -> None:
    lose_answer(harness)
    harness.clock.advance(WINDOW_S)
    harness.answer = TwilioUnreachableError("no connection")
    with pytest.raises(TwilioUnreachableError):
        harness.send()

    asyncio.run(
        Claims(harness.ledger, harness.clock, Settings()).settle(harness.references[0], SID, "sent")
    )

    assert harness.send().sid == SID
    assert len(harness.references) == 2


@pytest.mark.parametrize(
    ("outage", "key", "is_sent"),
    [
        ("refuse_keyed", KEY, False),
        ("refuse_keyed", None, True),
        ("refuse_all", KEY, False),
        ("refuse_all", None, False),
        ("send_all", KEY, True),
        ("send_all", None, True),
        ("refuse_keyed", Key.of_event("OnRecording", "RE1"), True),
        ("refuse_all", Key.of_event("OnRecording", "RE1"), False),
    ],
)
def test_the_setting_decides_what_is_sent_while_storage_is_down(
    harness: Harness, outage: StorageOutage, key: Key | None, is_sent: bool
) -> None:
    harness.ledger.works_for = 0

    if is_sent:
        assert harness.send(key, outage) == ACCEPTED
    else:
        with pytest.raises(LedgerError):
            harness.send(key, outage)
    assert len(harness.references) == is_sent


def test_a_send_without_a_confirmed_claim_is_settled_by_its_report(harness: Harness) -> None:
    insert = harness.ledger.insert

    async def store_without_answer(row: Row) -> Row:
        await insert(row)
        raise LedgerError("The storage did not answer.")

    harness.ledger.insert = store_without_answer
    assert harness.send(outage="send_all") == ACCEPTED
    harness.ledger.insert = insert

    asyncio.run(
        Claims(harness.ledger, harness.clock, Settings()).settle(harness.references[0], SID, "sent")
    )

    assert harness.state() == "sent"


def test_an_app_without_any_storage_refuses_keys_whatever_the_outage_setting(
    harness: Harness,
) -> None:
    def no_storage() -> Records:
        raise ConfigurationError("no storage")

    config = Settings(storage_outage="send_all")

    with pytest.raises(ConfigurationError):
        asyncio.run(send(harness.anything(), KEY, no_storage, harness.clock, config))
    assert harness.references == []


def test_a_key_in_use_is_never_sent_without_the_ledger(harness: Harness) -> None:
    lose_answer(harness)

    async def insert(row: Row) -> Row:
        raise RowExistsError

    harness.ledger.insert = insert
    harness.ledger.works_for = 0

    with pytest.raises(LedgerError):
        harness.send(outage="send_all")
    assert len(harness.references) == 1


def test_a_success_that_cannot_be_recorded_is_still_returned(harness: Harness) -> None:
    harness.ledger.works_for = 1

    assert harness.send() == ACCEPTED
    assert harness.state() == "sending"


def test_an_unknown_outcome_that_cannot_be_recorded_is_still_returned(harness: Harness) -> None:
    harness.ledger.works_for = 1
    harness.answer = TwilioOutcomeUnknownError("no answer")

    with pytest.raises(TwilioError) as caught:
        harness.send()
    assert caught.value.retry_after_s == 5


def test_a_send_without_a_key_has_a_claim_if_the_settings_require_it(harness: Harness) -> None:
    harness.send(None, "refuse_all")
    harness.send(None, "refuse_all")

    assert len(set(harness.references)) == 2
    assert all(harness.references)
