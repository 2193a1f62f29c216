"""The limits while the ledger is down, and requests that end early."""

from __future__ import annotations

import asyncio
import logging

import pytest

from shared.config.settings import Settings
from shared.errors import ConfigurationError, LedgerError
from shared.guards.limits import Limits, Taken
from shared.ledger.changes import change_row
from shared.ledger.memory import MemoryLedger
from shared.ledger.rows import CrowdedError, Ledger, Row, RowExistsError, Value
from tests.shared.guards.limit_trials import (
    TO,
    DayClock,
    SlowLedger,
    admitted,
    demand,
    limits,
    outcomes,
)


@pytest.fixture
def clock() -> DayClock:
    return DayClock()


class BrokenLedger(MemoryLedger):
    """A storage account that is down."""

    async def read(self, kind: str, name: str) -> Row | None:
        raise LedgerError("the storage account cannot be reached")


class BusyLedger(MemoryLedger):
    """A ledger in which another writer is always faster."""

    async def insert(self, row: Row) -> Row:
        raise RowExistsError


@pytest.mark.parametrize("kind", ["text", "call"])
def test_without_a_ledger_requests_are_sent_with_a_warning(
    clock: DayClock, caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    one = limits(
        BrokenLedger(), clock, DAILY_SEGMENT_LIMIT=1, DAILY_CALL_LIMIT=1, RECIPIENT_LIMIT=1
    )

    with caplog.at_level(logging.WARNING):
        taken = [asyncio.run(one.take(demand(TO, kind, 1))) for _ in range(2)]

    assert [each.units for each in taken] == [(), ()]
    assert "the storage account cannot be reached" in caplog.text
    assert TO[1:] not in caplog.text


def test_without_a_ledger_nothing_is_sent_if_configured(clock: DayClock) -> None:
    for name in ("DAILY_SEGMENT_LIMIT", "RECIPIENT_LIMIT"):
        one = limits(BrokenLedger(), clock, STORAGE_OUTAGE="refuse_all", **{name: 1})
        with pytest.raises(LedgerError):
            asyncio.run(one.take(demand(TO, "text", 1)))


def test_an_app_without_storage_warns_once(
    clock: DayClock, caplog: pytest.LogCaptureFixture
) -> None:
    def missing() -> Ledger:
        raise ConfigurationError("Missing settings: AzureWebJobsStorage")

    one = Limits(missing, clock, Settings.from_mapping({"RECIPIENT_LIMIT": "1"}))

    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            asyncio.run(one.take(demand(TO, "text", 1)))

    assert [record.getMessage() for record in caplog.records] == [
        "Sent without being counted: Missing settings: AzureWebJobsStorage"
    ]


def test_contention_on_a_row_does_not_bypass_the_limit(clock: DayClock) -> None:
    one = limits(BusyLedger(), clock, RECIPIENT_LIMIT=1)

    with pytest.raises(LedgerError):
        asyncio.run(one.take(demand(TO, "text", 1)))


def test_a_slow_contended_row_does_not_bypass_the_limit() -> None:
    class Slow(MemoryLedger):
        async def insert(self, row: Row) -> Row:
            await asyncio.sleep(0.001)
            raise RowExistsError

    def decide(row: Row | None) -> tuple[dict[str, Value], None]:
        return {"sent": ""}, None

    with pytest.raises(CrowdedError):
        asyncio.run(change_row(Slow(), "recipient", "a", decide, limit_s=0.02))


def test_a_number_is_uncounted_even_if_the_day_cannot_be_written(clock: DayClock) -> None:
    class HalfBroken(MemoryLedger):
        is_broken = False

        async def read(self, kind: str, name: str) -> Row | None:
            if self.is_broken and kind == "day":
                raise LedgerError("down")
            return await super().read(kind, name)

    ledger = HalfBroken()
    one = limits(ledger, clock, DAILY_SEGMENT_LIMIT=50, RECIPIENT_LIMIT=2)

    async def main() -> None:
        taken = [await one.take(demand(TO, "text", 9)) for _ in range(2)]
        ledger.is_broken = True
        for each in taken:  # more than a block, so the day's row is to be changed
            await one.give_back(each)
        ledger.is_broken = False
        for _ in range(2):
            await one.take(demand(TO, "text", 1))

    asyncio.run(main())


def test_a_slow_outage_does_not_delay_other_sends(
    clock: DayClock, caplog: pytest.LogCaptureFixture
) -> None:
    class Hanging(MemoryLedger):
        reads = 0

        async def read(self, kind: str, name: str) -> Row | None:
            self.reads += 1
            await asyncio.sleep(0)
            clock.advance(6)
            raise LedgerError("the storage account did not answer in time")

    ledger = Hanging()
    one = limits(ledger, clock, DAILY_SEGMENT_LIMIT=100)

    async def main() -> None:
        await asyncio.gather(*(one.take(demand(TO, "text", 1)) for _ in range(5)))
        clock.advance(5.9)
        await one.take(demand(TO, "text", 1))
        assert ledger.reads == 1
        clock.advance(0.1)
        await one.take(demand(TO, "text", 1))
        assert ledger.reads == 2

    asyncio.run(main())
    assert len(caplog.records) == ledger.reads  # five requests share a failure: one line


def test_a_cancelled_request_does_not_affect_the_others(clock: DayClock) -> None:
    one = limits(SlowLedger(), clock, RECIPIENT_LIMIT=2)

    async def main() -> list[Taken]:
        tasks = [asyncio.create_task(one.take(demand(TO, "text", 1))) for _ in range(3)]
        await asyncio.sleep(0)
        tasks[0].cancel()
        return admitted(await outcomes(*(_result(task) for task in tasks[1:])))

    assert len(asyncio.run(main())) == 2


async def _result[Result](task: asyncio.Task[Result]) -> Result:
    return await task


def test_a_send_that_waits_too_long_is_not_sent_uncounted(clock: DayClock) -> None:
    class Crowded(MemoryLedger):
        async def read(self, kind: str, name: str) -> Row | None:
            raise CrowdedError

    for name in ("DAILY_SEGMENT_LIMIT", "RECIPIENT_LIMIT"):
        one = limits(Crowded(), clock, **{name: 1})
        with pytest.raises(CrowdedError):
            asyncio.run(one.take(demand(TO, "text", 1)))
