"""The daily limit, with several instances that reserve blocks in one ledger."""

from __future__ import annotations

import asyncio

import pytest

from shared.errors import LedgerError
from shared.guard_errors import LimitReachedError
from shared.guards.limits import Taken
from shared.ledger.memory import MemoryLedger
from shared.ledger.rows import Row, RowChangedError
from tests.shared.guards.limit_trials import (
    OTHER,
    TO,
    DayClock,
    SlowLedger,
    admitted,
    demand,
    limits,
    outcomes,
    refusal,
)


@pytest.fixture
def clock() -> DayClock:
    return DayClock()


def test_a_day_has_as_many_segments_as_the_limit(clock: DayClock) -> None:
    one = limits(MemoryLedger(), clock, DAILY_SEGMENT_LIMIT=10)

    async def main() -> LimitReachedError:
        await one.take(demand(TO, "text", 7))
        await refusal(one.take(demand(TO, "text", 4)))
        await one.take(demand(OTHER, "text", 3))
        await one.take(demand(TO, "call", 1))
        return await refusal(one.take(demand(TO, "text", 1)))

    error = asyncio.run(main())
    assert (error.status, error.field, error.retry_after_s) == (429, None, 12 * 3600)
    assert "DAILY_SEGMENT_LIMIT" in error.detail


def test_calls_have_their_own_limit(clock: DayClock) -> None:
    one = limits(MemoryLedger(), clock, DAILY_CALL_LIMIT=2)

    async def main() -> LimitReachedError:
        await one.take(demand(TO, "text", 10))
        await one.take(demand(TO, "call", 1))
        await one.take(demand(TO, "call", 1))
        return await refusal(one.take(demand(TO, "call", 1)))

    assert "DAILY_CALL_LIMIT" in asyncio.run(main()).detail


@pytest.mark.parametrize(("ceiling", "block"), [(30, 1), (500, 10), (2500, 50)])
def test_all_instances_together_reach_the_limit_minus_a_block_each(
    clock: DayClock, ceiling: int, block: int
) -> None:
    ledger = SlowLedger()
    instances = [limits(ledger, clock, DAILY_SEGMENT_LIMIT=ceiling) for _ in range(3)]

    async def main() -> list[int]:
        # The first takes a little and stops; the others continue until refused.
        some = await instances[0].take(demand(TO, "text", 1))
        rest = await outcomes(
            *(each.take(demand(TO, "text", 1)) for _ in range(ceiling) for each in instances[1:])
        )
        return [units for taken in [some, *admitted(rest)] for _, units, _ in taken.units]

    sent = sum(asyncio.run(main()))
    assert ceiling - block < sent <= ceiling


def test_most_sends_of_a_busy_instance_do_not_use_the_ledger(clock: DayClock) -> None:
    ledger = SlowLedger()
    one = limits(ledger, clock, DAILY_SEGMENT_LIMIT=1000)

    async def main() -> list[int]:
        asked: list[int] = []
        for _ in range(92):
            before = len(ledger.requests)
            await one.take(demand(TO, "text", 1))
            asked.append(len(ledger.requests) - before)
        return asked

    asked = asyncio.run(main())
    assert [number for number, count in enumerate(asked, 1) if count] == [
        *(1, 3, 5, 9, 17),  # blocks of 2, 2, 4, 8 and 16
        *(33, 53, 73),  # blocks of 20
    ]
    assert set(asked) == {0, 2}


def test_instances_that_send_one_text_each_can_use_half_the_limit(clock: DayClock) -> None:
    ledger = MemoryLedger()

    async def main() -> list[Taken | BaseException]:
        return await outcomes(
            *(
                limits(ledger, clock, DAILY_SEGMENT_LIMIT=1000).take(demand(TO, "text", 1))
                for _ in range(600)
            )
        )

    assert len(admitted(asyncio.run(main()))) == 500


def test_a_text_that_is_longer_than_a_block_gets_what_it_needs(clock: DayClock) -> None:
    ledger = SlowLedger()
    one, two = (limits(ledger, clock, DAILY_SEGMENT_LIMIT=50) for _ in range(2))

    async def main() -> None:
        await one.take(demand(TO, "text", 24))
        await two.take(demand(TO, "text", 24))
        await refusal(one.take(demand(TO, "text", 3)))
        await two.take(demand(TO, "text", 2))

    asyncio.run(main())


def test_the_count_resets_at_midnight(clock: DayClock) -> None:
    one = limits(MemoryLedger(), clock, DAILY_SEGMENT_LIMIT=2)

    async def main() -> None:
        first = await one.take(demand(TO, "text", 2))
        clock.advance(12 * 3600 - 0.5)
        assert (await refusal(one.take(demand(TO, "text", 1)))).retry_after_s == 1
        clock.advance(0.5)
        await one.give_back(first)  # yesterday's units don't count today
        await one.take(demand(TO, "text", 2))
        await refusal(one.take(demand(TO, "text", 1)))

    asyncio.run(main())


def test_a_refusal_at_midnight_does_not_wait_for_the_next_midnight(clock: DayClock) -> None:
    class Slow(MemoryLedger):
        async def read(self, kind: str, name: str) -> Row | None:
            row = await super().read(kind, name)
            clock.advance(0 if row is None else 1)
            return row

    one = limits(Slow(), clock, DAILY_SEGMENT_LIMIT=1)

    async def main() -> LimitReachedError:
        await one.take(demand(TO, "text", 1))
        clock.advance(12 * 3600 - 0.5)
        return await refusal(one.take(demand(TO, "text", 1)))

    assert asyncio.run(main()).retry_after_s == 1


def test_returned_units_are_available_to_other_instances(clock: DayClock) -> None:
    ledger = SlowLedger()
    one, two = (limits(ledger, clock, DAILY_SEGMENT_LIMIT=500) for _ in range(2))

    async def main() -> int:
        taken = admitted(await outcomes(*(one.take(demand(TO, "text", 1)) for _ in range(500))))
        await asyncio.gather(*(one.give_back(each) for each in taken))
        return len(admitted(await outcomes(*(two.take(demand(TO, "text", 1)) for _ in range(500)))))

    assert asyncio.run(main()) == 490  # all but one block


def test_units_are_not_returned_twice(clock: DayClock) -> None:
    class Crossed(MemoryLedger):
        """Loses the answer when units are returned, and lets another instance reserve them."""

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
        taken = await asyncio.gather(*(one.take(demand(TO, "text", 1)) for _ in range(500)))
        await asyncio.gather(*(one.give_back(each) for each in taken))
        return len(admitted(await outcomes(*(two.take(demand(TO, "text", 1)) for _ in range(500)))))

    assert asyncio.run(main()) == 480  # the first and the third instance hold a block each


def test_units_that_may_have_been_returned_are_left_to_other_instances(clock: DayClock) -> None:
    class Broken(MemoryLedger):
        """Fails right after units are returned."""

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
        taken = await asyncio.gather(*(one.take(demand(TO, "text", 1)) for _ in range(500)))
        await asyncio.gather(*(one.give_back(each) for each in taken))
        return len(
            admitted(
                await outcomes(
                    *(each.take(demand(TO, "text", 1)) for _ in range(500) for each in (one, two))
                )
            )
        )

    assert asyncio.run(main()) == 500


def test_a_refusal_for_a_number_uses_no_daily_units(clock: DayClock) -> None:
    one = limits(MemoryLedger(), clock, DAILY_SEGMENT_LIMIT=2, RECIPIENT_LIMIT=1)

    async def main() -> None:
        await one.take(demand(TO, "text", 1))
        await refusal(one.take(demand(TO, "text", 1)))
        await one.take(demand(OTHER, "text", 1))

    asyncio.run(main())
