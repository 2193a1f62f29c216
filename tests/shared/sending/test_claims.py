"""Claims: concurrent requests, retries, and sends whose answer was lost."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

import pytest

from shared.config.settings import MAX_SETTLE_WINDOW_S, SEND_LIMIT_S, Settings
from shared.errors import KeyReusedError, LedgerError, StillRunningError
from shared.ledger.memory import MemoryLedger
from shared.ledger.rows import Row, RowChangedError, RowExistsError
from shared.sending.claim import MAX_EARLIER, IdempotencyClaim
from shared.sending.claims import Claims, HiddenClaimError

if TYPE_CHECKING:
    from tests.shared.conftest import ManualClock

SID, OTHER_SID = "SM" + "1" * 32, "SM" + "2" * 32
LIMIT_S, WINDOW_S = 40, 60


class ForgetfulLedger(MemoryLedger):
    """A ledger that loses answers, so its client retries. `is_blind`: reads fail."""

    def __init__(self) -> None:
        super().__init__()
        self.loses_answers = False
        self.is_blind = False

    async def insert(self, row: Row) -> Row:
        if self.loses_answers:
            await super().insert(row)
        try:
            return await super().insert(row)
        except RowExistsError as error:
            raise RowExistsError(None if self.is_blind else error.row) from None

    async def replace(self, row: Row) -> Row:
        if self.loses_answers:
            await super().replace(row)
        return await super().replace(row)

    async def delete(self, row: Row) -> None:
        if self.loses_answers:
            await super().delete(row)
        await super().delete(row)

    async def read(self, kind: str, name: str) -> Row | None:
        if self.is_blind:
            raise LedgerError("down")
        return await super().read(kind, name)


@pytest.fixture
def ledger() -> ForgetfulLedger:
    return ForgetfulLedger()


@pytest.fixture
def claims(ledger: ForgetfulLedger, clock: ManualClock) -> Claims:
    return Claims(ledger, clock, Settings())


def run[Result](work: Coroutine[Any, Any, Result]) -> Result:
    return asyncio.run(work)


def take(claims: Claims, fingerprint: str = "same") -> IdempotencyClaim:
    return run(claims.take(claims.draft("key", "SendSms", fingerprint)))


def found(claims: Claims) -> IdempotencyClaim:
    claim = run(claims.find("key"))
    assert claim is not None
    return claim


def test_the_ledger_does_not_store_the_key(claims: Claims, ledger: ForgetfulLedger) -> None:
    claim = run(claims.take(claims.draft("secret-key", "SendSms", "f")))

    row = run(ledger.read("claim", claim.name))
    assert row is not None
    assert len(claim.name) == 32
    assert "secret-key" not in repr(row)


def test_one_of_many_concurrent_requests_sends(claims: Claims) -> None:
    async def race() -> list[IdempotencyClaim | BaseException]:
        drafts = [claims.draft("key", "SendSms", "same") for _ in range(50)]
        return await asyncio.gather(*map(claims.take, drafts), return_exceptions=True)

    answers = run(race())

    assert sum(isinstance(answer, IdempotencyClaim) for answer in answers) == 1
    errors = [answer for answer in answers if isinstance(answer, StillRunningError)]
    assert len(errors) == 49
    assert errors[0].retry_after_s == 1


def test_a_sent_claim_answers_all_later_requests(claims: Claims) -> None:
    run(claims.finish(take(claims), SID, "queued", "+12025550100"))

    again = take(claims)

    assert (again.state, again.sid, again.status, again.sender) == (
        "sent",
        SID,
        "queued",
        "+12025550100",
    )


@pytest.mark.parametrize("state", ["sending", "sent", "unknown"])
def test_a_different_request_cannot_use_the_key(claims: Claims, state: str) -> None:
    claim = take(claims)
    if state == "sent":
        run(claims.finish(claim, SID, "queued", ""))
    if state == "unknown":
        run(claims.leave_unknown(claim))

    with pytest.raises(KeyReusedError) as caught:
        take(claims, "other")
    assert caught.value.field == "Idempotency-Key"


def test_a_freed_key_can_be_used_for_any_request(claims: Claims) -> None:
    run(claims.free(take(claims)))

    assert take(claims, "other").state == "sending"


def test_a_key_freed_during_a_take_is_taken_again(
    claims: Claims, ledger: ForgetfulLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = take(claims)
    insert = ledger.insert

    async def overtaken(row: Row) -> Row:
        try:
            return await insert(row)
        except RowExistsError:
            await claims.free(first)
            raise RowExistsError from None

    monkeypatch.setattr(ledger, "insert", overtaken)

    assert take(claims).state == "sending"


def test_a_send_whose_worker_died_is_unknown_after_its_deadline(
    claims: Claims, clock: ManualClock
) -> None:
    take(claims)
    clock.advance(LIMIT_S - 1)
    assert found(claims).state == "sending"
    with pytest.raises(StillRunningError):
        take(claims)

    clock.advance(1)

    assert found(claims).state == "unknown"
    claim = take(claims)
    assert (claim.state, claims.window_left_s(claim)) == ("unknown", WINDOW_S - LIMIT_S)


def test_an_instance_uses_the_deadlines_in_the_row_over_its_own_settings(
    ledger: ForgetfulLedger, claims: Claims, clock: ManualClock
) -> None:
    others = Claims(ledger, clock, Settings(settle_window_s=3))
    take(claims)

    clock.advance(LIMIT_S - 1)
    with pytest.raises(StillRunningError):
        take(others)
    clock.advance(1)

    claim = take(others)
    assert (claim.state, others.window_left_s(claim)) == ("unknown", WINDOW_S - LIMIT_S)


def test_a_new_attempt_has_the_deadlines_of_its_instance(
    ledger: ForgetfulLedger, claims: Claims, clock: ManualClock
) -> None:
    run(claims.leave_unknown(take(claims)))
    clock.advance(WINDOW_S)
    others = Claims(ledger, clock, Settings(settle_window_s=30))

    again = run(others.retry(take(others)))

    left = (again.sendable_until - clock.now(), again.unsettled_until - clock.now())
    assert [time.total_seconds() for time in left] == [20, 30]
    assert found(claims) == again


def test_a_row_from_an_earlier_version_gets_the_longest_deadlines(
    ledger: ForgetfulLedger, claims: Claims, clock: ManualClock
) -> None:
    row = take(claims).to_row()
    values = {name: row.values[name] for name in row.values if not name.endswith("_until")}
    run(ledger.replace(row._replace(values=values)))

    clock.advance(SEND_LIMIT_S - 1)
    assert found(claims).state == "sending"
    clock.advance(1)

    claim = found(claims)
    assert claim.state == "unknown"
    assert claims.window_left_s(claim) == MAX_SETTLE_WINDOW_S - SEND_LIMIT_S


def test_one_of_many_concurrent_retries_sends(claims: Claims, clock: ManualClock) -> None:
    run(claims.leave_unknown(take(claims)))
    clock.advance(WINDOW_S)

    async def race() -> list[IdempotencyClaim | BaseException]:
        known = [await claims.take(claims.draft("key", "SendSms", "same")) for _ in range(20)]
        return await asyncio.gather(*map(claims.retry, known), return_exceptions=True)

    answers = run(race())

    winners = [answer for answer in answers if isinstance(answer, IdempotencyClaim)]
    assert [winner.state for winner in winners] == ["sending"]
    assert winners[0].attempt == found(claims).attempt
    assert sum(isinstance(answer, StillRunningError) for answer in answers) == 19


def test_a_late_retry_does_not_send_even_if_the_first_attempt_did_nothing(
    claims: Claims, clock: ManualClock
) -> None:
    run(claims.leave_unknown(take(claims)))
    clock.advance(WINDOW_S)
    known = take(claims)
    run(claims.free(run(claims.retry(known))))

    assert run(claims.retry(known)).state == "unknown"


def retried(claims: Claims, clock: ManualClock) -> tuple[IdempotencyClaim, IdempotencyClaim]:
    """Make two attempts at one send; the second one is in progress."""
    first = take(claims)
    clock.advance(WINDOW_S)
    return first, run(claims.retry(take(claims)))


@pytest.mark.parametrize("state", ["sending", "unknown"])
@pytest.mark.parametrize("is_told_by_a_report", [True, False])
def test_an_earlier_attempt_that_succeeded_after_all_settles_the_claim(
    claims: Claims, clock: ManualClock, state: str, is_told_by_a_report: bool
) -> None:
    first, second = retried(claims, clock)
    if state == "unknown":
        run(claims.leave_unknown(second))

    if is_told_by_a_report:
        run(claims.settle(first.reference, SID, "sent"))
    else:
        run(claims.finish(first, SID, "sent", ""))

    assert (found(claims).state, found(claims).sid) == ("sent", SID)
    assert take(claims).state == "sent"


def test_a_retry_stops_once_an_earlier_attempt_succeeded(
    claims: Claims, clock: ManualClock
) -> None:
    first, second = retried(claims, clock)
    run(claims.confirm(first))
    run(claims.confirm(second))

    run(claims.settle(first.reference, SID, "sent"))

    with pytest.raises(StillRunningError):
        run(claims.confirm(second))
    left = run(claims.free(second))
    assert left is not None
    assert (left.state, left.sid) == ("sent", SID)


def test_if_two_attempts_succeed_every_caller_gets_the_first_one_recorded(
    claims: Claims, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = retried(claims, clock)
    run(claims.settle(first.reference, SID, "sent"))

    done = run(claims.finish(second, OTHER_SID, "queued", ""))

    assert (done.sid, found(claims).sid) == (SID, SID)
    assert [record.levelname for record in caplog.records] == ["ERROR"]


def test_the_outcome_of_an_earlier_attempt_does_not_change_the_next_one(
    claims: Claims, clock: ManualClock
) -> None:
    first, second = retried(claims, clock)

    assert run(claims.leave_unknown(first)).state == "unknown"
    run(claims.free(first))

    assert found(claims) == second


def test_a_new_attempt_that_did_nothing_leaves_the_key_to_the_earlier_one(
    claims: Claims, clock: ManualClock
) -> None:
    first, second = retried(claims, clock)

    run(claims.free(second))

    claim = take(claims)
    assert (claim.state, claim.reference) == ("unknown", first.reference)
    assert claims.window_left_s(claim) == 0
    run(claims.settle(first.reference, SID, "sent"))
    assert found(claims).sid == SID


def test_a_claim_records_its_last_attempts_and_when_the_first_began(
    claims: Claims, clock: ManualClock
) -> None:
    attempts = [take(claims)]
    for _ in range(MAX_EARLIER + 1):
        clock.advance(WINDOW_S)
        attempts.append(run(claims.retry(take(claims))))

    first, *remembered = attempts
    known = found(claims)
    assert set(known.references) == {claim.reference for claim in remembered}
    assert known.begun_at == first.attempted_at


def test_a_report_on_a_freed_attempt_settles_nothing(claims: Claims) -> None:
    first = take(claims)
    run(claims.free(first))
    take(claims)

    run(claims.settle(first.reference, SID, "sent"))

    assert found(claims).state == "sending"


def test_a_lost_answer_of_the_ledger_changes_nothing(
    claims: Claims, ledger: ForgetfulLedger, clock: ManualClock
) -> None:
    ledger.loses_answers = True

    claim = take(claims)
    assert claim.state == "sending"
    assert run(claims.leave_unknown(claim)).state == "unknown"
    clock.advance(WINDOW_S)
    claim = run(claims.retry(take(claims)))
    assert claim.state == "sending"
    assert run(claims.finish(claim, SID, "queued", "")).state == "sent"
    assert found(claims).sid == SID


def test_freeing_a_key_twice_is_safe(claims: Claims, ledger: ForgetfulLedger) -> None:
    ledger.loses_answers = True

    run(claims.free(take(claims)))

    assert run(claims.find("key")) is None


def test_an_existing_claim_that_cannot_be_read_has_its_own_error(
    claims: Claims, ledger: ForgetfulLedger
) -> None:
    take(claims)
    ledger.is_blind = True

    with pytest.raises(HiddenClaimError):
        take(claims)


@pytest.mark.parametrize("state", ["sending", "unknown"])
def test_a_report_settles_a_claim(claims: Claims, state: str) -> None:
    claim = take(claims)
    if state == "unknown":
        run(claims.leave_unknown(claim))

    run(claims.settle(claim.reference, SID, "sent"))

    assert (found(claims).state, found(claims).sid) == ("sent", SID)


def test_a_report_that_races_with_the_end_of_its_send_still_settles_it(
    claims: Claims, ledger: ForgetfulLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = take(claims)
    replace, left = ledger.replace, claims.leave_unknown(claim)

    async def overtaken(row: Row) -> Row:
        monkeypatch.setattr(ledger, "replace", replace)
        await left
        return await replace(row)

    monkeypatch.setattr(ledger, "replace", overtaken)

    run(claims.settle(claim.reference, SID, "sent"))

    assert (found(claims).state, found(claims).sid) == ("sent", SID)


def test_an_early_report_does_not_change_the_answer(claims: Claims) -> None:
    claim = take(claims)
    run(claims.settle(claim.reference, SID, "delivered"))

    run(claims.finish(claim, SID, "queued", "+12025550100"))
    run(claims.settle(claim.reference, SID, "delivered"))

    assert (found(claims).status, found(claims).sender) == ("queued", "+12025550100")


def test_a_report_before_a_lost_answer_settles_the_claim(claims: Claims) -> None:
    claim = take(claims)
    run(claims.settle(claim.reference, SID, "sent"))

    assert run(claims.leave_unknown(claim)).sid == SID


@pytest.mark.parametrize("reference", ["", "x", "0" * 32, f"{'0' * 32}-{'0' * 16}", "\n"])
def test_a_report_on_an_unknown_claim_is_logged_without_its_reference(
    claims: Claims, reference: str, caplog: pytest.LogCaptureFixture
) -> None:
    take(claims)

    run(claims.settle(reference, SID, "sent"))

    assert found(claims).state == "sending"
    assert [record.getMessage() for record in caplog.records] == [
        f"The report on {SID} doesn't name a known claim"
    ]


def test_two_claims_cannot_share_a_sid(claims: Claims, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR)
    others = run(claims.take(claims.draft("other key", "SendSms", "same")))
    run(claims.finish(others, SID, "queued", ""))
    claim = take(claims)

    assert run(claims.finish(claim, SID, "queued", "")).state == "unknown"
    run(claims.settle(claim.reference, SID, "sent"))

    assert found(claims).state == "unknown"
    assert len(caplog.records) == 2


def test_a_claim_owns_its_sid_before_it_is_sent(
    claims: Claims, ledger: ForgetfulLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = take(claims)

    async def fail(row: Row) -> Row:
        raise LedgerError("down")

    monkeypatch.setattr(ledger, "insert", fail)
    with pytest.raises(LedgerError):
        run(claims.finish(claim, SID, "queued", ""))

    assert found(claims).state == "sending"


def test_a_claim_recognizes_its_own_sid_if_the_ledger_hides_the_owner(
    claims: Claims, ledger: ForgetfulLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = take(claims)
    insert = ledger.insert

    async def repeated(row: Row) -> Row:
        await insert(row)
        raise RowExistsError

    monkeypatch.setattr(ledger, "insert", repeated)

    assert run(claims.finish(claim, SID, "queued", "")).state == "sent"


@pytest.mark.parametrize("is_told_by_a_report", [True, False])
def test_a_claim_keeps_its_first_sid_and_logs_the_second(
    claims: Claims, caplog: pytest.LogCaptureFixture, is_told_by_a_report: bool
) -> None:
    claim = take(claims)

    if is_told_by_a_report:
        run(claims.finish(claim, SID, "queued", ""))
        run(claims.settle(claim.reference, OTHER_SID, "sent"))
    else:
        run(claims.settle(claim.reference, SID, "sent"))
        run(claims.finish(claim, OTHER_SID, "queued", ""))

    assert found(claims).sid == SID
    assert [record.levelname for record in caplog.records] == ["ERROR"]


def test_an_unused_key_is_not_found(claims: Claims) -> None:
    assert run(claims.find("key")) is None


def test_it_gives_up_on_a_ledger_that_keeps_contradicting_itself(clock: ManualClock) -> None:
    class ContradictoryLedger(MemoryLedger):
        async def insert(self, row: Row) -> Row:
            raise RowExistsError

        async def replace(self, row: Row) -> Row:
            raise RowChangedError

    with pytest.raises(LedgerError, match="Too many requests"):
        take(Claims(ContradictoryLedger(), clock, Settings()))
