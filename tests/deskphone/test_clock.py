"""The manual clock."""

import asyncio
from datetime import UTC, datetime

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
