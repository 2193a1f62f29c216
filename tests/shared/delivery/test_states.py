"""The state of a message or a call, from reports in any order, with repeats."""

from __future__ import annotations

import itertools
from collections.abc import Coroutine
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from shared.clock import SystemClock
from shared.delivery.states import MAX_STATUSES, MAX_TRIES, State, States, StatusReport
from shared.delivery.statuses import LIVES, is_final, latest
from shared.errors import InvalidRequestError, LedgerError
from shared.ledger.memory import MemoryLedger
from shared.ledger.rows import Row, RowExistsError

if TYPE_CHECKING:
    from tests.shared.conftest import ManualClock

MESSAGE, CALL = "SM" + "0" * 32, "CA" + "0" * 32


def report(sid: str, status: str, error_code: int | None = None) -> StatusReport:
    return StatusReport(sid, status, error_code)


def result_of[Result](coroutine: Coroutine[object, object, Result]) -> Result:
    """Run a coroutine that never waits, without an event loop, which would be slower."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        return end.value
    raise AssertionError("the coroutine waits")


def record(states: States, *reports: StatusReport) -> list[bool]:
    return [result_of(states.record(one)) for one in reports]


def find(states: States, sid: str) -> State:
    state = result_of(states.find(sid))
    assert state is not None
    return state


@pytest.fixture
def states(clock: ManualClock) -> States:
    return States(MemoryLedger(), clock)


@pytest.mark.parametrize(
    ("sid", "known", "reported", "result"),
    [
        (MESSAGE, "queued", "sent", "sent"),
        (MESSAGE, "sent", "queued", "sent"),
        (MESSAGE, "accepted", "queued", "queued"),
        (MESSAGE, "scheduled", "canceled", "canceled"),
        (MESSAGE, "delivered", "sent", "delivered"),
        (MESSAGE, "failed", "delivered", "failed"),
        (MESSAGE, "delivered", "undelivered", "delivered"),
        (MESSAGE, "delivered", "read", "read"),
        (MESSAGE, "read", "delivered", "read"),
        (MESSAGE, "undelivered", "read", "undelivered"),
        (MESSAGE, "sent", "on_its_way", "on_its_way"),
        (MESSAGE, "on_its_way", "sent", "on_its_way"),
        (MESSAGE, "on_its_way", "delivered", "delivered"),
        (MESSAGE, "delivered", "on_its_way", "delivered"),
        (CALL, "ringing", "initiated", "ringing"),
        (CALL, "queued", "in-progress", "in-progress"),
        (CALL, "no-answer", "completed", "no-answer"),
        (CALL, "in-progress", "completed", "completed"),
    ],
)
def test_the_furthest_status_wins_and_the_first_final_one_stays(
    sid: str, known: str, reported: str, result: str
) -> None:
    assert latest(sid, known, reported) == result


def test_final_statuses_are_final() -> None:
    assert LIVES["SM"].final == {
        *("delivered", "undelivered", "failed", "canceled"),
        *("read", "received"),
    }
    assert LIVES["CA"].final == {"completed", "busy", "failed", "no-answer", "canceled"}
    assert not is_final(MESSAGE, "partially_delivered")
    assert not is_final(CALL, "delivered")


def test_each_status_is_stored_with_the_time_of_its_first_report(
    states: States, clock: ManualClock
) -> None:
    for status in ("delivered", "sent", "delivered"):
        record(states, report(MESSAGE, status))
        clock.advance(1.5)

    state = find(states, MESSAGE)
    assert (state.status, state.is_final) == ("delivered", True)
    assert [(status, known.at) for status, known in state.reports.items()] == [
        ("delivered", "2026-11-22T00:16:40.000Z"),
        ("sent", "2026-11-22T00:16:41.500Z"),
    ]


def test_a_status_is_new_once(states: States) -> None:
    reports = [report(MESSAGE, status) for status in ("sent", "sent", "delivered", "sent")]

    assert record(states, *reports) == [True, False, True, False]


def test_the_error_code_belongs_to_the_status(states: States) -> None:
    record(states, report(MESSAGE, "failed", 30003), report(MESSAGE, "sent"))

    assert find(states, MESSAGE).error_code == 30003


def test_the_claim_stays_when_a_report_does_not_name_it(states: States) -> None:
    record(states, StatusReport(MESSAGE, "sent", claim="a-b"), StatusReport(MESSAGE, "delivered"))

    assert find(states, MESSAGE).claim == "a-b"


@pytest.mark.parametrize("sid", ["", "SM1", "CA" + "0" * 32, "SM" + "g" * 32, MESSAGE + "0"])
def test_a_sid_of_the_wrong_kind_is_rejected(sid: str) -> None:
    with pytest.raises(InvalidRequestError, match="SID"):
        StatusReport.from_texts(sid, "sent", prefixes="SM|MM")


@pytest.mark.parametrize("status", ["", " ", "a" * 41, "2025550123", "sent\n", "sent\x00", "übrig"])
def test_an_invalid_status_is_rejected(status: str) -> None:
    with pytest.raises(InvalidRequestError, match="status"):
        StatusReport.from_texts(MESSAGE, status, prefixes="SM|MM")


@pytest.mark.parametrize("text", ["", "0", "-1", "9" * 10, "30003x", "٣"])
def test_a_malformed_error_code_is_ignored(text: str) -> None:
    parsed = StatusReport.from_texts(MESSAGE, "failed", prefixes="SM|MM", error_code=text)

    assert parsed == StatusReport(MESSAGE, "failed")


@pytest.mark.parametrize("text", ["a" * 65, "sent\x00", "a b", "+12025550123"])
def test_a_malformed_claim_is_ignored(text: str) -> None:
    parsed = StatusReport.from_texts(MESSAGE, "sent", prefixes="SM|MM", claim=text)

    assert parsed == StatusReport(MESSAGE, "sent")


def test_an_existing_row_with_our_own_report_still_counts_as_new(
    clock: ManualClock,
) -> None:
    class Repeating(MemoryLedger):
        async def insert(self, row: Row) -> Row:
            await super().insert(row)
            return await super().insert(row)

    assert record(States(Repeating(), clock), report(MESSAGE, "sent")) == [True]


def test_the_size_of_a_row_is_limited(states: States) -> None:
    names = ["".join(letters) for letters in itertools.product("abcdefgh", repeat=2)]
    record(states, *(report(MESSAGE, name) for name in names[:MAX_STATUSES]))

    with pytest.raises(InvalidRequestError, match="Too many"):
        record(states, report(MESSAGE, names[MAX_STATUSES]))


def test_it_gives_up_after_too_many_lost_races(clock: ManualClock) -> None:
    class LosingLedger(MemoryLedger):
        tries = 0

        async def insert(self, row: Row) -> Row:
            self.tries += 1
            raise RowExistsError

    ledger = LosingLedger()

    with pytest.raises(LedgerError, match="Too many reports"):
        record(States(ledger, clock), report(MESSAGE, "sent"))
    assert ledger.tries == MAX_TRIES


def test_a_repeated_final_report_may_bring_the_error_code(states: States) -> None:
    first, again = report(MESSAGE, "failed"), report(MESSAGE, "failed", 30003)
    [was_new] = record(states, first)
    at = find(states, MESSAGE).reports["failed"]

    assert (was_new, *record(states, again, again)) == (True, False, False)
    assert find(states, MESSAGE).error_code == 30003
    assert find(states, MESSAGE).reports["failed"] == at


def test_a_repeated_report_does_not_change_an_error_code(states: States) -> None:
    record(states, report(MESSAGE, "failed", 30003), report(MESSAGE, "failed", 30005))

    assert find(states, MESSAGE).error_code == 30003


def test_an_earlier_status_does_not_bring_an_error_code(states: States) -> None:
    record(states, report(MESSAGE, "sent"), report(MESSAGE, "delivered"))
    record(states, report(MESSAGE, "sent", 30003))

    assert find(states, MESSAGE).error_code is None


class LedgerOfReports(RuleBasedStateMachine):
    """Arbitrary reports against a simple model: the first of each status counts."""

    def __init__(self) -> None:
        super().__init__()
        self.states = States(MemoryLedger(), SystemClock())
        self.reported: dict[str, list[str]] = {}

    @rule(
        sid=st.sampled_from([MESSAGE, "MM" + "1" * 32, CALL]),
        status=st.sampled_from(
            ["queued", "sent", "delivered", "read", "failed", "ringing", "completed", "new"]
        ),
        is_fresh=st.booleans(),
    )
    def report(self, sid: str, status: str, *, is_fresh: bool) -> None:
        """Report a status, with or without the state found just before."""
        known = result_of(self.states.find(sid)) if is_fresh else None
        seen = self.reported.setdefault(sid, [])

        is_news = result_of(self.states.record(report(sid, status), known))
        assert is_news == (status not in seen)
        if status not in seen:
            seen.append(status)

    @invariant()
    def a_final_status_is_the_first_one_reported(self) -> None:
        for sid, seen in self.reported.items():
            finals = [status for status in seen if is_final(sid, status)]
            state = find(self.states, sid)
            assert list(state.reports) == seen
            assert state.is_final == bool(finals)
            if finals:
                was_read = finals[0] == "delivered" and "read" in finals
                assert state.status == ("read" if was_read else finals[0])

    @invariant()
    def a_state_without_a_final_status_is_the_furthest_reported(self) -> None:
        for sid, seen in self.reported.items():
            life = LIVES[sid[:2]]
            state = find(self.states, sid)
            if not state.is_final:
                assert life.rank(state.status) == max(map(life.rank, seen))


TestLedgerOfReports = LedgerOfReports.TestCase
TestLedgerOfReports.settings = settings(max_examples=50, stateful_step_count=25)
