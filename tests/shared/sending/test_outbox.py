"""Sends: what frees a key, what leaves it unknown, and what happens while the storage is down."""

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
    """A ledger that goes down after so many requests more."""

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


class Desk:
    """Sends "something" at a Twilio that does what it is told."""

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
def desk(clock: ManualClock) -> Desk:
    return Desk(clock)


def lose_answer(desk: Desk) -> TwilioOutcomeUnknownError:
    desk.answer = TwilioOutcomeUnknownError("no answer")
    with pytest.raises(TwilioOutcomeUnknownError) as caught:
        desk.send()
    desk.answer = None
    return caught.value


def test_a_repeated_request_gets_the_first_answer(desk: Desk) -> None:
    assert desk.send() == ACCEPTED
    assert desk.send() == ACCEPTED._replace(is_replay=True)
    assert len(desk.references) == 1


@pytest.mark.parametrize("outage", ["refuse_keyed", "send_all"])
def test_without_a_key_the_ledger_is_not_used(desk: Desk, outage: StorageOutage) -> None:
    desk.ledger.works_for = 0

    assert desk.send(None, outage) == ACCEPTED
    assert desk.references == [""]


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
def test_an_error_that_did_nothing_frees_the_key(desk: Desk, error: Exception) -> None:
    desk.answer = error

    with pytest.raises(type(error)):
        desk.send()

    assert desk.state() == "free"


@pytest.mark.parametrize("key", [KEY, None])
def test_a_5xx_from_twilio_is_an_unknown_outcome(desk: Desk, key: Key | None) -> None:
    desk.answer = TwilioRefusedError("oops", code=20500, twilio_status=500)

    with pytest.raises(TwilioOutcomeUnknownError) as caught:
        desk.send(key)

    assert caught.value.code == 20500
    assert desk.state() == ("unknown" if key else "free")


@pytest.mark.parametrize("status", [302, 408])
def test_an_answer_that_is_not_a_refusal_is_an_unknown_outcome(desk: Desk, status: int) -> None:
    desk.answer = TwilioRefusedError("?", code=None, twilio_status=status)

    with pytest.raises(TwilioOutcomeUnknownError):
        desk.send()
    assert desk.state() == "unknown"


@pytest.mark.parametrize("outage", ["refuse_keyed", "refuse_all"])
def test_without_a_key_the_error_says_to_check_first(desk: Desk, outage: StorageOutage) -> None:
    desk.answer = TwilioOutcomeUnknownError("no answer")

    with pytest.raises(TwilioOutcomeUnknownError, match="Twilio's log") as caught:
        desk.send(None, outage)
    assert caught.value.retry_after_s is None


def test_with_a_key_the_error_says_when_to_retry(desk: Desk) -> None:
    error = lose_answer(desk)

    assert error.retry_after_s == 5
    assert "after 60 s" in error.detail


@pytest.mark.parametrize("key", [KEY, None])
def test_the_log_says_why_an_outcome_is_unknown(desk: Desk, key: Key | None) -> None:
    desk.answer = TwilioRefusedError("secret", code=20500, twilio_status=500)

    with pytest.raises(TwilioOutcomeUnknownError) as caught:
        desk.send(key)
    assert caught.value.log_text == desk.answer.log_text


def test_within_the_window_nothing_is_sent_again(desk: Desk) -> None:
    lose_answer(desk)
    desk.clock.advance(WINDOW_S - 0.5)

    with pytest.raises(TwilioOutcomeUnknownError) as caught:
        desk.send()

    assert caught.value.retry_after_s == 1
    assert len(desk.references) == 1


def test_after_the_window_an_entry_in_the_list_is_the_answer(desk: Desk) -> None:
    lose_answer(desk)
    desk.clock.advance(WINDOW_S)
    desk.listed = Listed(SID, "delivered", None, "outbound-api", None)

    assert desk.send() == ACCEPTED._replace(status="delivered", sender="", is_replay=True)
    assert len(desk.references) == 1


def test_after_the_window_an_unlisted_send_gets_a_new_attempt(desk: Desk) -> None:
    lose_answer(desk)
    desk.clock.advance(WINDOW_S)

    assert not desk.send().is_replay
    assert len(set(desk.references)) == 2


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
    desk: Desk, trouble: Exception, retry_after_s: int
) -> None:
    lose_answer(desk)
    desk.clock.advance(WINDOW_S)
    desk.listed = trouble

    with pytest.raises(TwilioOutcomeUnknownError) as caught:
        desk.send()

    assert caught.value.retry_after_s == retry_after_s
    assert (desk.state(), len(desk.references)) == ("unknown", 1)


def give_away(desk: Desk, sid: str) -> None:
    owners = SidOwners(desk.ledger)
    assert asyncio.run(owners.own(sid, "another claim"))


def test_an_entry_that_another_key_took_first_is_neither_used_nor_sent_again(
    desk: Desk,
) -> None:
    lose_answer(desk)
    desk.clock.advance(WINDOW_S)
    desk.listed = Listed(SID, "delivered", None, "outbound-api", None)
    give_away(desk, SID)

    with pytest.raises(TwilioOutcomeUnknownError):
        desk.send()
    assert (desk.state(), len(desk.references)) == ("unknown", 1)


def test_an_answer_that_another_key_found_in_the_list_is_not_reused(desk: Desk) -> None:
    give_away(desk, SID)

    with pytest.raises(TwilioOutcomeUnknownError):
        desk.send()
    assert desk.state() == "unknown"


def test_a_report_replaces_a_lost_answer(desk: Desk) -> None:
    async def report(reference: str) -> None:
        claims = Claims(desk.ledger, desk.clock, Settings())
        await claims.settle(reference, SID, "sent")

    desk.during = report
    desk.answer = TwilioOutcomeUnknownError("no answer")

    assert desk.send() == ACCEPTED._replace(status="sent", sender="")


def test_a_send_past_its_deadline_is_unknown(desk: Desk) -> None:
    async def hang(_: str) -> None:
        await asyncio.Event().wait()

    desk.during = hang

    with pytest.raises(TwilioOutcomeUnknownError):
        desk.send(config=Settings(settle_window_s=cast("int", 0.03)))
    assert desk.state() == "unknown"


def slow_insert(desk: Desk, seconds: float) -> None:
    original = desk.ledger.insert

    async def slow(row: Row) -> Row:
        stored = await original(row)
        desk.clock.advance(seconds)
        return stored

    desk.ledger.insert = slow


def test_time_spent_on_storage_counts_toward_the_deadline(desk: Desk) -> None:
    async def answer_late(_: str) -> None:
        await asyncio.sleep(2)

    slow_insert(desk, 39.99)
    desk.during = answer_late

    with pytest.raises(TwilioOutcomeUnknownError):
        desk.send()


@pytest.mark.parametrize("error", [asyncio.CancelledError(), ZeroDivisionError()])
def test_an_interrupted_send_is_unknown(desk: Desk, error: BaseException) -> None:
    desk.answer = cast("Exception", error)

    with pytest.raises(type(error)):
        desk.send()

    assert desk.state() == "unknown"


def test_a_send_that_cannot_start_in_time_does_not_start(desk: Desk) -> None:
    slow_insert(desk, 40)

    with pytest.raises(TooLateError):
        desk.send()
    assert (desk.state(), desk.references) == ("free", [])


@pytest.mark.parametrize("key", [KEY, None])
@pytest.mark.parametrize("is_frozen", [True, False])
def test_a_request_past_its_deadline_is_not_sent_and_frees_the_key(
    desk: Desk, key: Key | None, is_frozen: bool
) -> None:
    async def hold_up() -> None:
        if not is_frozen:
            await asyncio.Event().wait()
        desk.clock.advance(2)

    desk.before = hold_up

    with pytest.raises(TooLateError):
        desk.send(key, config=Settings(settle_window_s=3 if is_frozen else cast("int", 0.03)))
    assert (desk.state(), desk.references) == ("free", [])


def test_a_late_send_does_not_change_another_instances_attempt(desk: Desk) -> None:
    async def be_overtaken() -> None:
        desk.before = None
        desk.clock.advance(WINDOW_S)
        assert await desk.sent() == ACCEPTED

    desk.before = be_overtaken

    assert desk.send() == ACCEPTED._replace(is_replay=True)
    assert len(desk.references) == 1


@pytest.mark.parametrize("is_too_late_for_that", [True, False])
def test_a_report_on_an_earlier_attempt_answers_the_next_one(
    desk: Desk, is_too_late_for_that: bool
) -> None:
    async def report(*_: object) -> None:
        claims = Claims(desk.ledger, desk.clock, Settings())
        await claims.settle(desk.references[0], SID, "sent")

    lose_answer(desk)
    desk.clock.advance(WINDOW_S)
    if is_too_late_for_that:
        desk.during = report
    else:
        desk.admitting = report

    assert desk.send() == ACCEPTED._replace(status="sent", sender="", is_replay=True)
    assert desk.send().sid == SID
    assert len(desk.references) == 1 + is_too_late_for_that


def test_after_a_retry_that_did_nothing_a_report_on_the_first_attempt_still_settles(
    desk: Desk,
) -> None:
    lose_answer(desk)
    desk.clock.advance(WINDOW_S)
    desk.answer = TwilioUnreachableError("no connection")
    with pytest.raises(TwilioUnreachableError):
        desk.send()

    asyncio.run(Claims(desk.ledger, desk.clock, Settings()).settle(desk.references[0], SID, "sent"))

    assert desk.send().sid == SID
    assert len(desk.references) == 2


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
    desk: Desk, outage: StorageOutage, key: Key | None, is_sent: bool
) -> None:
    desk.ledger.works_for = 0

    if is_sent:
        assert desk.send(key, outage) == ACCEPTED
    else:
        with pytest.raises(LedgerError):
            desk.send(key, outage)
    assert len(desk.references) == is_sent


def test_a_send_without_a_confirmed_claim_is_settled_by_its_report(desk: Desk) -> None:
    insert = desk.ledger.insert

    async def store_without_answer(row: Row) -> Row:
        await insert(row)
        raise LedgerError("The storage did not answer.")

    desk.ledger.insert = store_without_answer
    assert desk.send(outage="send_all") == ACCEPTED
    desk.ledger.insert = insert

    asyncio.run(Claims(desk.ledger, desk.clock, Settings()).settle(desk.references[0], SID, "sent"))

    assert desk.state() == "sent"


def test_an_app_without_any_storage_refuses_keys_whatever_the_outage_setting(desk: Desk) -> None:
    def no_storage() -> Records:
        raise ConfigurationError("no storage")

    config = Settings(storage_outage="send_all")

    with pytest.raises(ConfigurationError):
        asyncio.run(send(desk.anything(), KEY, no_storage, desk.clock, config))
    assert desk.references == []


def test_a_key_in_use_is_never_sent_without_the_ledger(desk: Desk) -> None:
    lose_answer(desk)

    async def insert(row: Row) -> Row:
        raise RowExistsError

    desk.ledger.insert = insert
    desk.ledger.works_for = 0

    with pytest.raises(LedgerError):
        desk.send(outage="send_all")
    assert len(desk.references) == 1


def test_a_success_that_cannot_be_recorded_is_still_returned(desk: Desk) -> None:
    desk.ledger.works_for = 1

    assert desk.send() == ACCEPTED
    assert desk.state() == "sending"


def test_an_unknown_outcome_that_cannot_be_recorded_is_still_returned(desk: Desk) -> None:
    desk.ledger.works_for = 1
    desk.answer = TwilioOutcomeUnknownError("no answer")

    with pytest.raises(TwilioError) as caught:
        desk.send()
    assert caught.value.retry_after_s == 5


def test_a_send_without_a_key_has_a_claim_if_the_settings_require_it(desk: Desk) -> None:
    desk.send(None, "refuse_all")
    desk.send(None, "refuse_all")

    assert len(set(desk.references)) == 2
    assert all(desk.references)
