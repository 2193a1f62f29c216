"""The limits over one ledger that several instances share: exact to one number, and by the day."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.errors import ConfigurationError, LedgerError
from shared.guard_errors import LimitReachedError
from shared.ledger import Ledger, Row, RowChangedError, RowExistsError
from shared.limits import Kind, Limits, Taken
from shared.memory_ledger import MemoryLedger
from shared.recipient_rates import KIND as RECIPIENT
from shared.settings import Settings

TO, OTHER = "+12025550123", "+12025550124"


@dataclass
class DayClock:
    """A clock at a time of day; `ahead_s` makes it wrong."""

    at: datetime = field(default_factory=lambda: datetime(2026, 11, 22, 12, tzinfo=UTC))

    def monotonic(self) -> float:
        return self.at.timestamp()

    def now(self) -> datetime:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


class SlowLedger(MemoryLedger):
    """Memory that lets others go first at each step, as any store does."""

    def __init__(self) -> None:
        super().__init__()
        self.requests: list[str] = []

    async def insert(self, row: Row) -> Row:
        await self._step("insert")
        return await super().insert(row)

    async def read(self, kind: str, name: str) -> Row | None:
        await self._step("read")
        return await super().read(kind, name)

    async def replace(self, row: Row) -> Row:
        await self._step("replace")
        return await super().replace(row)

    async def _step(self, name: str) -> None:
        self.requests.append(name)
        await asyncio.sleep(0)


class ForgetfulLedger(SlowLedger):
    """Loses the answer of each write: its client repeats the write and is told of a conflict."""

    async def insert(self, row: Row) -> Row:
        raise RowExistsError(await super().insert(row))

    async def replace(self, row: Row) -> Row:
        await super().replace(row)
        raise RowChangedError


class BrokenLedger(MemoryLedger):
    """A storage account that is down."""

    async def read(self, kind: str, name: str) -> Row | None:
        raise LedgerError("the storage account cannot be reached")


class BusyLedger(MemoryLedger):
    """Somebody else is always faster."""

    async def insert(self, row: Row) -> Row:
        raise RowExistsError


def limits(ledger: Ledger, clock: DayClock, **settings: object) -> Limits:
    """One instance's limits; without others than those given."""
    values = {"DAILY_SEGMENT_LIMIT": "0", "DAILY_CALL_LIMIT": "0"}
    values |= {name: str(value) for name, value in settings.items()}
    return Limits(lambda: ledger, clock, Settings.from_mapping(values))


async def outcomes(*takes: Coroutine[Any, Any, Taken]) -> list[Taken | BaseException]:
    """What becomes of takes that come at once."""
    return await asyncio.gather(*takes, return_exceptions=True)


def admitted(results: list[Taken | BaseException]) -> list[Taken]:
    """Those that were let through; the others were refused by a limit."""
    assert all(isinstance(result, Taken | LimitReachedError) for result in results)
    return [result for result in results if isinstance(result, Taken)]


async def refusal(take: Coroutine[Any, Any, Taken]) -> LimitReachedError:
    """The refusal of a take."""
    with pytest.raises(LimitReachedError) as refused:
        await take
    return refused.value


@pytest.fixture
def clock() -> DayClock:
    return DayClock()


# one number


def test_one_number_gets_as_many_texts_and_calls_as_the_limit_says(clock: DayClock) -> None:
    one = limits(MemoryLedger(), clock, RECIPIENT_LIMIT=3)

    async def main() -> LimitReachedError:
        for kind in ("text", "call", "text"):
            await one.take(TO, kind, 9)
        await one.take(OTHER, "text", 1)
        return await refusal(one.take(TO, "call", 1))

    error = asyncio.run(main())
    assert (error.status, error.field, error.retry_after_s) == (429, "to", 3600)
    assert "RECIPIENT_LIMIT" in error.detail
    assert TO[1:] not in error.detail + error.log_text


def test_the_window_slides_to_the_microsecond(clock: DayClock) -> None:
    one = limits(MemoryLedger(), clock, RECIPIENT_LIMIT=2, RECIPIENT_LIMIT_SECONDS=10)

    async def main() -> None:
        await one.take(TO, "text", 1)
        clock.advance(4)
        await one.take(TO, "text", 1)
        assert (await refusal(one.take(TO, "text", 1))).retry_after_s == 6
        clock.advance(5.999999)
        assert (await refusal(one.take(TO, "text", 1))).retry_after_s == 1
        clock.advance(0.000001)
        await one.take(TO, "text", 1)
        assert (await refusal(one.take(TO, "text", 1))).retry_after_s == 4

    asyncio.run(main())


@pytest.mark.parametrize("limit", [1, 5, 40])
def test_of_all_that_come_at_once_to_several_instances_the_limit_gets_through(
    clock: DayClock, limit: int
) -> None:
    ledger = SlowLedger()
    instances = [limits(ledger, clock, RECIPIENT_LIMIT=limit) for _ in range(4)]

    async def main() -> list[Taken | BaseException]:
        return await outcomes(
            *(each.take(TO, "text", 1) for _ in range(limit) for each in instances)
        )

    assert len(admitted(asyncio.run(main()))) == limit


def test_a_crowd_at_one_instance_is_counted_in_one_step(clock: DayClock) -> None:
    ledger = SlowLedger()
    one = limits(ledger, clock, RECIPIENT_LIMIT=1000)

    async def main() -> list[Taken | BaseException]:
        return await outcomes(*(one.take(TO, "text", 1) for _ in range(1001)))

    assert len(admitted(asyncio.run(main()))) == 1000
    assert ledger.requests == ["read", "insert"]


def test_the_row_of_a_number_does_not_show_it(clock: DayClock) -> None:
    stored: list[Row] = []

    class Watched(MemoryLedger):
        async def insert(self, row: Row) -> Row:
            stored.append(row)
            return await super().insert(row)

    asyncio.run(limits(Watched(), clock, RECIPIENT_LIMIT=1).take(TO, "text", 1))

    assert [row.kind for row in stored] == [RECIPIENT]
    assert TO[1:] not in str(stored)


def test_what_was_not_sent_gives_back_its_own_place_and_no_other(clock: DayClock) -> None:
    ledger = MemoryLedger()
    one, two = (limits(ledger, clock, RECIPIENT_LIMIT=2) for _ in range(2))

    async def main() -> None:
        first, _ = await one.take(TO, "text", 1), await two.take(TO, "text", 1)
        await one.give_back(first)
        await one.give_back(first)
        await two.take(TO, "text", 1)
        await refusal(one.take(TO, "text", 1))

    asyncio.run(main())


def test_a_write_whose_answer_is_lost_counts_once(clock: DayClock) -> None:
    one = limits(ForgetfulLedger(), clock, RECIPIENT_LIMIT=3, DAILY_SEGMENT_LIMIT=3)

    async def main() -> None:
        for _ in range(3):
            await one.take(TO, "text", 1)
        await refusal(one.take(TO, "text", 1))

    asyncio.run(main())


def test_a_clock_that_was_far_ahead_holds_nobody_up_for_longer_than_the_window(
    clock: DayClock,
) -> None:
    ledger, wrong = MemoryLedger(), DayClock(clock.at + timedelta(days=400))
    one, ahead = (limits(ledger, each, RECIPIENT_LIMIT=1) for each in (clock, wrong))

    async def main() -> None:
        await ahead.take(TO, "text", 1)
        assert (await refusal(one.take(TO, "text", 1))).retry_after_s == 3600
        clock.advance(3600)
        await one.take(TO, "text", 1)

    asyncio.run(main())


def test_a_lower_limit_waits_until_enough_has_left_the_window(clock: DayClock) -> None:
    ledger = MemoryLedger()
    before, after = (limits(ledger, clock, RECIPIENT_LIMIT=limit) for limit in (3, 2))

    async def main() -> None:
        for _ in range(3):
            await before.take(TO, "text", 1)
            clock.advance(60)
        assert (await refusal(after.take(TO, "text", 1))).retry_after_s == 3600 - 120

    asyncio.run(main())


# one day


def test_a_day_has_as_many_segments_as_the_ceiling_says(clock: DayClock) -> None:
    one = limits(MemoryLedger(), clock, DAILY_SEGMENT_LIMIT=10)

    async def main() -> LimitReachedError:
        await one.take(TO, "text", 7)
        await refusal(one.take(TO, "text", 4))
        await one.take(OTHER, "text", 3)
        await one.take(TO, "call", 1)
        return await refusal(one.take(TO, "text", 1))

    error = asyncio.run(main())
    assert (error.status, error.field, error.retry_after_s) == (429, None, 12 * 3600)
    assert "DAILY_SEGMENT_LIMIT" in error.detail


def test_calls_have_a_ceiling_of_their_own(clock: DayClock) -> None:
    one = limits(MemoryLedger(), clock, DAILY_CALL_LIMIT=2)

    async def main() -> LimitReachedError:
        await one.take(TO, "text", 10)
        await one.take(TO, "call", 1)
        await one.take(TO, "call", 1)
        return await refusal(one.take(TO, "call", 1))

    assert "DAILY_CALL_LIMIT" in asyncio.run(main()).detail


@pytest.mark.parametrize(("ceiling", "block"), [(30, 1), (500, 10), (2500, 50)])
def test_all_instances_together_reach_the_ceiling_but_for_a_block_each(
    clock: DayClock, ceiling: int, block: int
) -> None:
    ledger = SlowLedger()
    instances = [limits(ledger, clock, DAILY_SEGMENT_LIMIT=ceiling) for _ in range(3)]

    async def main() -> list[int]:
        # The first takes a little and stops; the others go on as long as they may.
        some = await instances[0].take(TO, "text", 1)
        rest = await outcomes(
            *(each.take(TO, "text", 1) for _ in range(ceiling) for each in instances[1:])
        )
        return [taken.units for taken in [some, *admitted(rest)]]

    sent = sum(asyncio.run(main()))
    assert ceiling - block < sent <= ceiling


def test_most_sends_of_a_busy_instance_ask_the_ledger_for_nothing(clock: DayClock) -> None:
    ledger = SlowLedger()
    one = limits(ledger, clock, DAILY_SEGMENT_LIMIT=1000)

    async def main() -> list[int]:
        asked: list[int] = []
        for _ in range(92):
            before = len(ledger.requests)
            await one.take(TO, "text", 1)
            asked.append(len(ledger.requests) - before)
        return asked

    asked = asyncio.run(main())
    assert [number for number, count in enumerate(asked, 1) if count] == [
        *(1, 3, 5, 9, 17),  # blocks of 2, 2, 4, 8 and 16
        *(33, 53, 73),  # blocks of 20
    ]
    assert set(asked) == {0, 2}


def test_instances_that_send_one_text_each_can_send_half_of_the_day(clock: DayClock) -> None:
    ledger = MemoryLedger()

    async def main() -> list[Taken | BaseException]:
        return await outcomes(
            *(
                limits(ledger, clock, DAILY_SEGMENT_LIMIT=1000).take(TO, "text", 1)
                for _ in range(600)
            )
        )

    assert len(admitted(asyncio.run(main()))) == 500


def test_a_text_that_is_longer_than_a_block_gets_what_it_needs(clock: DayClock) -> None:
    ledger = SlowLedger()
    one, two = (limits(ledger, clock, DAILY_SEGMENT_LIMIT=50) for _ in range(2))

    async def main() -> None:
        await one.take(TO, "text", 24)
        await two.take(TO, "text", 24)
        await refusal(one.take(TO, "text", 3))
        await two.take(TO, "text", 2)

    asyncio.run(main())


def test_at_midnight_the_count_begins_anew(clock: DayClock) -> None:
    one = limits(MemoryLedger(), clock, DAILY_SEGMENT_LIMIT=2)

    async def main() -> None:
        first = await one.take(TO, "text", 2)
        clock.advance(12 * 3600 - 0.5)
        assert (await refusal(one.take(TO, "text", 1))).retry_after_s == 1
        clock.advance(0.5)
        await one.give_back(first)  # of yesterday: worth nothing today
        await one.take(TO, "text", 2)
        await refusal(one.take(TO, "text", 1))

    asyncio.run(main())


def test_what_was_not_sent_can_be_sent_by_another_instance(clock: DayClock) -> None:
    ledger = SlowLedger()
    one, two = (limits(ledger, clock, DAILY_SEGMENT_LIMIT=500) for _ in range(2))

    async def main() -> int:
        taken = admitted(await outcomes(*(one.take(TO, "text", 1) for _ in range(500))))
        await asyncio.gather(*(one.give_back(each) for each in taken))
        return len(admitted(await outcomes(*(two.take(TO, "text", 1) for _ in range(500)))))

    assert asyncio.run(main()) == 490  # all but one block


def test_what_is_given_back_is_not_given_back_twice(clock: DayClock) -> None:
    class Crossed(MemoryLedger):
        """Loses the answer to what is given back, and lets another instance reserve at once."""

        async def replace(self, row: Row) -> Row:
            known = await self.read(row.kind, row.name)
            stored = await super().replace(row)
            assert known is not None
            if int(known.values["reserved"]) < int(row.values["reserved"]):
                return stored
            more = int(row.values["reserved"]) + 10
            await super().replace(stored._replace(values={"reserved": more, "mark": "other"}))
            raise RowChangedError

    ledger = Crossed()
    one, two = (limits(ledger, clock, DAILY_SEGMENT_LIMIT=500) for _ in range(2))

    async def main() -> int:
        taken = await asyncio.gather(*(one.take(TO, "text", 1) for _ in range(500)))
        await asyncio.gather(*(one.give_back(each) for each in taken))
        return len(admitted(await outcomes(*(two.take(TO, "text", 1) for _ in range(500)))))

    assert asyncio.run(main()) == 480  # a block is held by one, and another by the third


def test_what_was_perhaps_given_back_is_left_to_the_other_instances(clock: DayClock) -> None:
    class Broken(MemoryLedger):
        """Fails right after somebody has given something back."""

        async def replace(self, row: Row) -> Row:
            known = await self.read(row.kind, row.name)
            assert known is not None
            stored = await super().replace(row)
            if int(known.values["reserved"]) > int(row.values["reserved"]):
                raise LedgerError("the storage account did not answer in time")
            return stored

    ledger = Broken()
    one, two = (limits(ledger, clock, DAILY_SEGMENT_LIMIT=500) for _ in range(2))

    async def main() -> int:
        taken = await asyncio.gather(*(one.take(TO, "text", 1) for _ in range(500)))
        await asyncio.gather(*(one.give_back(each) for each in taken))
        return len(
            admitted(
                await outcomes(
                    *(each.take(TO, "text", 1) for _ in range(500) for each in (one, two))
                )
            )
        )

    assert asyncio.run(main()) == 500


def test_who_is_refused_for_the_number_takes_nothing_of_the_day(clock: DayClock) -> None:
    one = limits(MemoryLedger(), clock, DAILY_SEGMENT_LIMIT=2, RECIPIENT_LIMIT=1)

    async def main() -> None:
        await one.take(TO, "text", 1)
        await refusal(one.take(TO, "text", 1))
        await one.take(OTHER, "text", 1)

    asyncio.run(main())


def test_several_event_loops_share_one_block(clock: DayClock) -> None:
    one = limits(SlowLedger(), clock, DAILY_SEGMENT_LIMIT=5, RECIPIENT_LIMIT=9)

    async def main() -> list[Taken | BaseException]:
        return await outcomes(*(one.take(TO, "text", 1) for _ in range(3)))

    assert [len(admitted(asyncio.run(main()))) for _ in range(3)] == [3, 2, 0]


# a ledger that cannot be used


@pytest.mark.parametrize("kind", ["text", "call"])
def test_without_a_ledger_it_is_sent_with_a_warning(
    clock: DayClock, caplog: pytest.LogCaptureFixture, kind: Kind
) -> None:
    one = limits(
        BrokenLedger(), clock, DAILY_SEGMENT_LIMIT=1, DAILY_CALL_LIMIT=1, RECIPIENT_LIMIT=1
    )

    with caplog.at_level(logging.WARNING):
        taken = [asyncio.run(one.take(TO, kind, 1)) for _ in range(2)]

    assert [each.day for each in taken] == [None, None]
    assert "the storage account cannot be reached" in caplog.text
    assert TO[1:] not in caplog.text


def test_without_a_ledger_nothing_is_sent_where_the_settings_want_that(clock: DayClock) -> None:
    for name in ("DAILY_SEGMENT_LIMIT", "RECIPIENT_LIMIT"):
        one = limits(BrokenLedger(), clock, STORAGE_OUTAGE="refuse_all", **{name: 1})
        with pytest.raises(LedgerError):
            asyncio.run(one.take(TO, "text", 1))


def test_an_app_without_storage_warns_once(
    clock: DayClock, caplog: pytest.LogCaptureFixture
) -> None:
    def missing() -> Ledger:
        raise ConfigurationError("missing settings: AzureWebJobsStorage")

    one = Limits(missing, clock, Settings.from_mapping({"RECIPIENT_LIMIT": "1"}))

    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            asyncio.run(one.take(TO, "text", 1))

    assert [record.getMessage() for record in caplog.records] == [
        "Sent without being counted: missing settings: AzureWebJobsStorage"
    ]


def test_a_row_that_others_change_all_the_time_opens_no_limit(clock: DayClock) -> None:
    one = limits(BusyLedger(), clock, RECIPIENT_LIMIT=1)

    with pytest.raises(LedgerError):
        asyncio.run(one.take(TO, "text", 1))


def test_who_waits_for_a_slow_outage_makes_others_wait_no_longer(clock: DayClock) -> None:
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
        await asyncio.gather(*(one.take(TO, "text", 1) for _ in range(5)))
        clock.advance(5.9)
        await one.take(TO, "text", 1)
        assert ledger.reads == 1
        clock.advance(0.1)
        await one.take(TO, "text", 1)
        assert ledger.reads == 2

    asyncio.run(main())


def test_a_cancelled_request_leaves_the_others_their_answers(clock: DayClock) -> None:
    one = limits(SlowLedger(), clock, RECIPIENT_LIMIT=2)

    async def main() -> list[Taken]:
        tasks = [asyncio.create_task(one.take(TO, "text", 1)) for _ in range(3)]
        await asyncio.sleep(0)
        tasks[0].cancel()
        return admitted(await outcomes(*(_result(task) for task in tasks[1:])))

    assert len(asyncio.run(main())) == 2


async def _result[Result](task: asyncio.Task[Result]) -> Result:
    return await task
