"""Limits that change while instances run: the live settings, or their own, apply at once."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.config.guard_settings import GuardSettings
from shared.errors import AppError
from shared.guard_errors import LimitReachedError
from shared.guards.daily import DailyCeiling
from shared.guards.recipients import RecipientRates
from shared.ledger.memory import MemoryLedger
from tests.shared.guards.limit_trials import (
    OTHER,
    TO,
    DayClock,
    SlowLedger,
    demand,
    limits,
    refusal,
)


@pytest.fixture
def clock() -> DayClock:
    return DayClock()


def test_a_lower_daily_limit_applies_to_a_reserved_block(clock: DayClock) -> None:
    one = limits(MemoryLedger(), clock, DAILY_SEGMENT_LIMIT=1000)

    async def main() -> None:
        for _ in range(5):  # blocks of 2, 2 and 4: the last one has units left
            await one.take(demand(TO, "text", 1))
        await refusal(one.take(demand(TO, "text", 1), GuardSettings(daily_segments=5)))

    asyncio.run(main())


def test_a_higher_daily_limit_admits_more(clock: DayClock) -> None:
    one = limits(MemoryLedger(), clock, DAILY_CALL_LIMIT=1)

    async def main() -> None:
        await one.take(demand(TO, "call", 1))
        await refusal(one.take(demand(TO, "call", 1)))
        await one.take(demand(TO, "call", 1), GuardSettings(daily_calls=2))

    asyncio.run(main())


def test_a_limit_of_0_lifts_the_daily_limit(clock: DayClock) -> None:
    one = limits(MemoryLedger(), clock, DAILY_CALL_LIMIT=1)
    unlimited = GuardSettings(daily_calls=0)

    async def main() -> list[tuple[object, ...]]:
        return [(await one.take(demand(TO, "call", 1), unlimited)).units for _ in range(3)]

    assert asyncio.run(main()) == [(), (), ()]


def test_a_limit_per_number_can_be_set_and_lifted(clock: DayClock) -> None:
    one = limits(MemoryLedger(), clock)
    limited = GuardSettings(daily_segments=0, recipient_limit=1, recipient_period_s=60)

    async def main() -> None:
        await one.take(demand(TO, "text", 1), limited)
        refused = await refusal(one.take(demand(TO, "text", 1), limited))
        assert (refused.retry_after_s, refused.log_text) == (60, "RECIPIENT_LIMIT")
        await one.take(demand(OTHER, "text", 1), limited)
        await one.take(demand(TO, "text", 1))

    asyncio.run(main())


def test_a_limit_that_is_lifted_while_a_send_is_counted_refuses_nothing(clock: DayClock) -> None:
    ceiling = DailyCeiling(MemoryLedger, clock, "DAILY_CALL_LIMIT", 1, patience_s=1)

    async def main() -> None:
        counted = asyncio.create_task(ceiling.reserve(1))
        await asyncio.sleep(0)
        ceiling.limit_to(0)
        assert await counted == clock.now().date()

    asyncio.run(main())


def test_a_limit_that_is_lowered_while_a_block_is_reserved_applies_to_the_block(
    clock: DayClock,
) -> None:
    ledger = SlowLedger()
    ceiling = DailyCeiling(lambda: ledger, clock, "DAILY_CALL_LIMIT", 1000, patience_s=1)

    async def main() -> None:
        counted = asyncio.create_task(ceiling.reserve(1))
        while not ledger.requests:  # it has reserved a block of 2 by the limit of 1000
            await asyncio.sleep(0)
        ceiling.limit_to(1)
        await counted
        assert ceiling.take_reserved(1) is None
        with pytest.raises(LimitReachedError):
            await ceiling.reserve(1)

    asyncio.run(main())


def test_a_limit_per_number_that_is_lifted_while_a_send_is_counted_refuses_nothing(
    clock: DayClock,
) -> None:
    ledger = MemoryLedger()
    rates = RecipientRates(lambda: ledger, clock, patience_s=1)

    async def main() -> None:
        rates.limit_to(1, 60)
        await rates.take(TO, "a", "to")
        counted = asyncio.create_task(rates.take(TO, "b", "to"))
        await asyncio.sleep(0)
        rates.limit_to(0, 60)
        await counted

    asyncio.run(main())


@given(
    steps=st.lists(
        st.one_of(
            st.tuples(st.just("limit"), st.one_of(st.integers(0, 12), st.just(5000))),
            st.tuples(st.just("send"), st.integers(0, 1)),
            st.tuples(st.just("give back"), st.integers(0, 1)),
        ),
        max_size=60,
    )
)
@example([*[("send", 0)] * 5, ("limit", 0), ("limit", 5), ("send", 0)])
@example([*[("send", 0)] * 5, ("limit", 4), ("give back", 0), ("send", 0)])
def test_no_send_goes_beyond_the_limit_at_its_time(steps: list[tuple[str, int]]) -> None:
    ledger, clock = MemoryLedger(), DayClock()
    instances = [
        DailyCeiling(lambda: ledger, clock, "DAILY_SEGMENT_LIMIT", 5000, patience_s=1)
        for _ in range(2)
    ]
    sent = [0, 0]

    async def main() -> None:
        ceiling = 5000
        for step, number in steps:
            if step == "limit":
                ceiling = number
                for instance in instances:
                    instance.limit_to(number)
            elif step == "give back" and sent[number]:
                sent[number] -= 1
                await instances[number].give_back(1, clock.now().date())
            elif step == "send" and ceiling:
                try:
                    if not instances[number].take_reserved(1):
                        await instances[number].reserve(1)
                except AppError:
                    continue
                sent[number] += 1
                assert sum(sent) <= ceiling

    asyncio.run(main())
