"""The manual clock."""

import asyncio
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from deskphone.clock import ManualClock

START = datetime(2026, 1, 1, tzinfo=UTC)


def test_sleepers_wake_in_order_of_time() -> None:
    async def scenario() -> list[tuple[str, float]]:
        clock, woken = ManualClock(START), list[tuple[str, float]]()

        async def sleeper(name: str, seconds: float) -> None:
            await clock.sleep(seconds)
            woken.append((name, (clock.now() - START).total_seconds()))

        async with asyncio.TaskGroup() as tasks:
            for name, seconds in (("late", 3), ("early", 1), ("same", 1)):
                tasks.create_task(sleeper(name, seconds))
            await clock.advance(5)
        return woken

    assert asyncio.run(scenario()) == [("early", 1), ("same", 1), ("late", 3)]


def test_repeated_sleep_wakes_within_the_same_advance() -> None:
    async def scenario() -> list[float]:
        clock, woken = ManualClock(START), list[float]()

        async def ticking() -> None:
            for _ in range(3):
                await clock.sleep(2)
                woken.append((clock.now() - START).total_seconds())

        task = asyncio.create_task(ticking())
        await clock.advance(5)
        task.cancel()
        return woken

    assert asyncio.run(scenario()) == [2, 4]


def test_advance_waits_for_real_time_work() -> None:
    async def scenario() -> float:
        clock = ManualClock(START)
        real_work = asyncio.Event()
        seen = list[float]()

        async def webhook() -> None:
            await clock.sleep(1)
            with clock.working():
                await real_work.wait()
                seen.append((clock.now() - START).total_seconds())

        task = asyncio.create_task(webhook())
        advancing = asyncio.create_task(clock.advance(10))
        asyncio.get_running_loop().call_later(0.01, real_work.set)
        await asyncio.gather(task, advancing)
        return seen[0]

    assert asyncio.run(scenario()) == 1


def test_canceled_sleeper_does_not_block() -> None:
    async def scenario() -> datetime:
        clock = ManualClock(START)
        task = asyncio.create_task(clock.sleep(1))
        await clock.advance(0)
        task.cancel()
        await clock.advance(5)
        return clock.now()

    assert (asyncio.run(scenario()) - START).total_seconds() == 5


def test_concurrent_advances_take_turns() -> None:
    async def scenario() -> list[float]:
        clock, woken = ManualClock(START), list[float]()

        async def working() -> None:
            await clock.sleep(10)
            with clock.working():
                await asyncio.sleep(0.01)
            woken.append((clock.now() - START).total_seconds())

        task = asyncio.create_task(working())
        await asyncio.gather(clock.advance(100), clock.advance(1), clock.advance(50))
        await task
        return [*woken, (clock.now() - START).total_seconds()]

    assert asyncio.run(scenario()) == [10, 151]


def test_settling_moves_to_events_and_keeps_limits_and_dates() -> None:
    async def scenario() -> list[str]:
        clock, woken = ManualClock(START), list[str]()

        async def later(name: str, wait: Coroutine[None, None, None]) -> None:
            await wait
            woken.append(f"{name} at {(clock.now() - START).total_seconds():g}")

        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(later("limit", clock.limit(5)))
            tasks.create_task(later("date", clock.sleep_until(START + timedelta(seconds=60))))
            tasks.create_task(later("event", clock.sleep(20)))
            await clock.settle(300)
            woken.append(f"calm at {(clock.now() - START).total_seconds():g}")
            await clock.advance(5)
            await clock.advance(35)
        return woken

    assert asyncio.run(scenario()) == ["event at 20", "calm at 20", "limit at 25", "date at 60"]


def test_settling_passes_a_date_on_its_way_and_stops_at_its_end() -> None:
    async def scenario() -> list[float]:
        clock, woken = ManualClock(START), list[float]()

        async def wait(sleeping: Coroutine[None, None, None]) -> None:
            await sleeping
            woken.append((clock.now() - START).total_seconds())

        async def repeat() -> None:
            while True:
                await clock.sleep(40)

        endless = asyncio.create_task(repeat())
        dated = asyncio.create_task(wait(clock.sleep_until(START + timedelta(seconds=50))))
        await clock.settle(100)
        await dated
        endless.cancel()
        return [*woken, (clock.now() - START).total_seconds()]

    assert asyncio.run(scenario()) == [50, 80]


@given(
    events=st.lists(st.integers(0, 100), max_size=8),
    limits=st.lists(st.integers(1, 50), min_size=1, max_size=8),
)
def test_settling_wakes_all_events_in_order_and_takes_nothing_from_limits(
    events: list[int], limits: list[int]
) -> None:
    async def scenario() -> tuple[list[int], list[int], list[int]]:
        clock, happened, over = ManualClock(START), list[int](), list[int]()

        async def event(seconds: int) -> None:
            await clock.sleep(seconds)
            happened.append(seconds)

        async def limit(seconds: int) -> None:
            await clock.limit(seconds)
            over.append(seconds)

        async with asyncio.TaskGroup() as tasks:
            for seconds in events:
                tasks.create_task(event(seconds))
            for seconds in limits:
                tasks.create_task(limit(seconds))
            await clock.settle(1000)
            await clock.advance(min(limits) - 1)
            early = over.copy()
            await clock.advance(1)
            first = over.copy()
            await clock.advance(max(limits))
        return happened, early, first

    shortest = [one for one in limits if one == min(limits)]
    assert asyncio.run(scenario()) == (sorted(events), [], shortest)
