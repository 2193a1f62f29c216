"""The limit per number, with several instances that share a ledger."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from shared.guard_errors import LimitReachedError
from shared.guards.limits import Taken
from shared.guards.recipients import KIND as RECIPIENT
from shared.ledger.memory import MemoryLedger
from shared.ledger.rows import Row
from tests.shared.guards.limit_trials import (
    OTHER,
    TO,
    DayClock,
    ForgetfulLedger,
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


def test_a_number_gets_as_many_texts_and_calls_as_the_limit(clock: DayClock) -> None:
    one = limits(MemoryLedger(), clock, RECIPIENT_LIMIT=3)

    async def main() -> LimitReachedError:
        for kind in ("text", "call", "text"):
            await one.take(demand(TO, kind, 9))
        await one.take(demand(OTHER, "text", 1))
        return await refusal(one.take(demand(TO, "call", 1)))

    error = asyncio.run(main())
    assert (error.status, error.field, error.retry_after_s) == (429, "to", 3600)
    assert "RECIPIENT_LIMIT" in error.detail
    assert TO[1:] not in error.detail + error.log_text


def test_the_window_slides_to_the_microsecond(clock: DayClock) -> None:
    one = limits(MemoryLedger(), clock, RECIPIENT_LIMIT=2, RECIPIENT_LIMIT_SECONDS=10)

    async def main() -> None:
        await one.take(demand(TO, "text", 1))
        clock.advance(4)
        await one.take(demand(TO, "text", 1))
        assert (await refusal(one.take(demand(TO, "text", 1)))).retry_after_s == 6
        clock.advance(5.999999)
        assert (await refusal(one.take(demand(TO, "text", 1)))).retry_after_s == 1
        clock.advance(0.000001)
        await one.take(demand(TO, "text", 1))
        assert (await refusal(one.take(demand(TO, "text", 1)))).retry_after_s == 4

    asyncio.run(main())


@pytest.mark.parametrize("limit", [1, 5, 40])
def test_concurrent_requests_to_several_instances_share_the_limit(
    clock: DayClock, limit: int
) -> None:
    ledger = SlowLedger()
    instances = [limits(ledger, clock, RECIPIENT_LIMIT=limit) for _ in range(4)]

    async def main() -> list[Taken | BaseException]:
        return await outcomes(
            *(each.take(demand(TO, "text", 1)) for _ in range(limit) for each in instances)
        )

    assert len(admitted(asyncio.run(main()))) == limit


def test_a_burst_at_one_instance_is_counted_in_one_write(clock: DayClock) -> None:
    ledger = SlowLedger()
    one = limits(ledger, clock, RECIPIENT_LIMIT=1000)

    async def main() -> list[Taken | BaseException]:
        return await outcomes(*(one.take(demand(TO, "text", 1)) for _ in range(1001)))

    assert len(admitted(asyncio.run(main()))) == 1000
    assert ledger.requests == ["read", "insert"]


def test_the_row_of_a_number_does_not_show_it(clock: DayClock) -> None:
    stored: list[Row] = []

    class Watched(MemoryLedger):
        async def insert(self, row: Row) -> Row:
            stored.append(row)
            return await super().insert(row)

    asyncio.run(limits(Watched(), clock, RECIPIENT_LIMIT=1).take(demand(TO, "text", 1)))

    assert [row.kind for row in stored] == [RECIPIENT]
    assert TO[1:] not in str(stored)


def test_an_unsent_request_frees_only_its_own_slot(clock: DayClock) -> None:
    ledger = MemoryLedger()
    one, two = (limits(ledger, clock, RECIPIENT_LIMIT=2) for _ in range(2))

    async def main() -> None:
        first, _ = await one.take(demand(TO, "text", 1)), await two.take(demand(TO, "text", 1))
        await one.give_back(first)
        await one.give_back(first)
        await two.take(demand(TO, "text", 1))
        await refusal(one.take(demand(TO, "text", 1)))

    asyncio.run(main())


def test_a_write_whose_answer_is_lost_counts_once(clock: DayClock) -> None:
    one = limits(ForgetfulLedger(), clock, RECIPIENT_LIMIT=3, DAILY_SEGMENT_LIMIT=3)

    async def main() -> None:
        for _ in range(3):
            await one.take(demand(TO, "text", 1))
        await refusal(one.take(demand(TO, "text", 1)))

    asyncio.run(main())


def test_a_clock_far_ahead_blocks_for_one_window_at_most(
    clock: DayClock,
) -> None:
    ledger, wrong = MemoryLedger(), DayClock(clock.at + timedelta(days=400))
    one, ahead = (limits(ledger, each, RECIPIENT_LIMIT=1) for each in (clock, wrong))

    async def main() -> None:
        await ahead.take(demand(TO, "text", 1))
        assert (await refusal(one.take(demand(TO, "text", 1)))).retry_after_s == 3600
        clock.advance(3600)
        await one.take(demand(TO, "text", 1))

    asyncio.run(main())


def test_a_lower_limit_waits_until_enough_has_left_the_window(clock: DayClock) -> None:
    ledger = MemoryLedger()
    before, after = (limits(ledger, clock, RECIPIENT_LIMIT=limit) for limit in (3, 2))

    async def main() -> None:
        for _ in range(3):
            await before.take(demand(TO, "text", 1))
            clock.advance(60)
        assert (await refusal(after.take(demand(TO, "text", 1)))).retry_after_s == 3600 - 120

    asyncio.run(main())
