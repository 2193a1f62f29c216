"""Duplicate, late, concurrent and contradictory reports, with and without storage."""

from __future__ import annotations

import asyncio
import contextlib
import gc
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.clock import SystemClock
from shared.delivery.done_once import MAX_NAMES, DoneOnce
from shared.delivery.reports import CALL, MESSAGE, RECORDING, ReportKind, Reports
from shared.delivery.states import States
from shared.delivery.statuses import LIVES
from shared.errors import LedgerError, TwilioUnreachableError
from shared.ledger.memory import MemoryLedger
from shared.ledger.rows import Row
from shared.webhooks.verifier import Webhook

SIDS = {kind.name: kind.prefixes[:2] + "0" * 32 for kind in (MESSAGE, CALL, RECORDING)}
CODES = {"undelivered": "30003", "failed": "30008"}


class FailingLedger(MemoryLedger):
    """A ledger in memory that can fail."""

    is_down = False

    async def insert(self, row: Row) -> Row:
        self._check()
        return await super().insert(row)

    async def read(self, kind: str, name: str) -> Row | None:
        self._check()
        return await super().read(kind, name)

    async def replace(self, row: Row) -> Row:
        self._check()
        return await super().replace(row)

    def _check(self) -> None:
        if self.is_down:
            raise LedgerError("storage is down")


def no_claims() -> None:
    raise AssertionError("no report here names a claim")


class Worker:
    """A worker that handles reports; `notified` counts its texts about each recording."""

    def __init__(self, ledger: FailingLedger) -> None:
        self.ledger = ledger
        self.states = States(ledger, SystemClock())
        self.reports = Reports(no_claims, lambda: self.states)  # type: ignore[arg-type, return-value]
        self.notified: Counter[str] = Counter()

    async def take(self, kind: ReportKind, status: str, *, is_down: bool = False) -> None:
        self.ledger.is_down = is_down
        with contextlib.suppress(LedgerError):
            await self.reports.take(kind, report(kind, SIDS[kind.name], status))
        self.ledger.is_down = False

    async def record(self, sid: str, *, fails: bool = False) -> None:
        async def notify() -> None:
            await asyncio.sleep(0)  # let others run
            if fails:
                raise TwilioUnreachableError("no connection")
            self.notified[sid] += 1

        with contextlib.suppress(TwilioUnreachableError):
            await self.reports.act_on(RECORDING, report(RECORDING, sid, "completed"), notify)


def report(kind: ReportKind, sid: str, status: str) -> Webhook:
    form = [(kind.fields["sid"], sid), (kind.fields["status"], status)]
    if kind is MESSAGE and status in CODES:
        form.append(("ErrorCode", CODES[status]))
    return Webhook([], form)


@st.composite
def courses(draw: st.DrawFn) -> tuple[ReportKind, list[str]]:
    """Draw the statuses of a message or a call, in order."""
    kind = draw(st.sampled_from([MESSAGE, CALL]))
    life = LIVES[SIDS[kind.name][:2]]
    passing = draw(st.lists(st.sampled_from(life.passing), unique=True))
    final = draw(st.sampled_from(sorted(life.final)))
    return kind, [*sorted(passing, key=life.passing.index), final]


@given(courses(), st.data())
def test_reports_in_any_order_end_in_the_latest_status(
    course: tuple[ReportKind, list[str]], data: st.DataObject
) -> None:
    kind, statuses = course
    # Twilio repeats reports that got an error, so each one arrives in the end.
    early = data.draw(st.lists(st.tuples(st.sampled_from(statuses), st.booleans()), max_size=8))
    order = [(status, False) for status in data.draw(st.permutations(statuses))]
    late = data.draw(st.lists(st.sampled_from(statuses), max_size=4))

    async def arrive() -> None:
        worker = Worker(FailingLedger())
        for status, is_down in [*early, *order, *((status, False) for status in late)]:
            await worker.take(kind, status, is_down=is_down)
        state = await worker.states.find(SIDS[kind.name])

        assert state is not None
        assert state.status == statuses[-1]
        assert {*state.reports} == {*statuses}
        assert str(state.error_code or "") == (
            CODES.get(statuses[-1], "") if kind is MESSAGE else ""
        )

    asyncio.run(arrive())


@given(courses(), st.lists(st.sampled_from(sorted({*LIVES["SM"].final, *LIVES["CA"].final}))))
def test_an_older_report_does_not_change_a_newer_status(
    course: tuple[ReportKind, list[str]], contrary: list[str]
) -> None:
    kind, statuses = course

    async def arrive() -> None:
        worker = Worker(FailingLedger())
        for status in statuses:
            await worker.take(kind, status)
        before = await worker.states.find(SIDS[kind.name])
        for status in [*contrary, *statuses]:
            await worker.take(kind, status)
        after = await worker.states.find(SIDS[kind.name])

        assert before is not None
        assert after is not None
        was_read = before.status == "delivered" and "read" in contrary
        assert after.status == ("read" if was_read else before.status)
        assert after.error_code == before.error_code
        assert [*after.reports][: len(before.reports)] == [*before.reports]

    asyncio.run(arrive())


@given(
    st.lists(
        st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), min_size=1, max_size=6),
        min_size=1,
        max_size=6,
    ),
    st.booleans(),
)
def test_a_worker_texts_an_owner_once_while_storage_is_down(
    crowds: list[list[tuple[str, bool]]], is_down: bool
) -> None:
    """Bursts of concurrent reports arrive in turn; some of the texts fail."""

    async def arrive() -> None:
        worker = Worker(FailingLedger())
        worker.ledger.is_down = is_down
        for crowd in crowds:
            await asyncio.gather(*(worker.record(sid_of(one), fails=fails) for one, fails in crowd))
        worker.ledger.is_down = False
        reported = {one for crowd in crowds for one, _ in crowd}
        for one in reported:  # Twilio repeats reports that got an error; storage is back
            await worker.record(sid_of(one))

        assert worker.notified == Counter(map(sid_of, reported))

    asyncio.run(arrive())


def sid_of(letter: str) -> str:
    return "RE" + letter * 32


def test_a_workers_memory_is_bounded() -> None:
    done = DoneOnce()
    acted: list[str] = []

    async def arrive(name: str) -> None:
        async def act() -> None:
            acted.append(name)

        await done.do(name, act)

    async def many() -> None:
        for number in range(MAX_NAMES + 1):
            await arrive(str(number))
        await arrive(str(MAX_NAMES))
        await arrive("0")

    asyncio.run(many())
    assert Counter(acted)["0"] == 2
    assert Counter(acted)[str(MAX_NAMES)] == 1


def test_an_error_without_waiting_callers_is_not_logged_by_asyncio(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def fail() -> None:
        await asyncio.sleep(0)
        raise TwilioUnreachableError("no connection")

    async def leave() -> None:
        waiting = asyncio.ensure_future(DoneOnce().do("a", fail))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        await asyncio.sleep(0)
        gc.collect()

    asyncio.run(leave())
    assert caplog.records == []
