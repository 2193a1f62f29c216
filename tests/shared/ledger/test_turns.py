"""Turns at a store: waiting, refusals, and timeouts of a busy worker."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest

from shared.ledger.rows import CrowdedError, RowExistsError
from shared.ledger.turns import AnswerTimeout, NoAnswerError, Turns

type Ask = Callable[[], Awaitable[None]]


async def at_once(turns: Turns, *asks: Ask) -> list[BaseException | None]:
    """Return the outcomes of concurrent operations, started in this order."""

    async def operation(ask: Ask) -> None:
        async with turns.turn():
            await ask()

    return await asyncio.gather(*map(operation, asks), return_exceptions=True)


def test_operations_run_in_order_and_a_few_at_a_time() -> None:
    under_way: list[int] = []
    most: list[int] = []

    def ask(number: int) -> Ask:
        async def work() -> None:
            under_way.append(number)
            most.append(len(under_way))
            await asyncio.sleep(0)
            under_way.remove(number)

        return work

    assert asyncio.run(at_once(Turns(3), *map(ask, range(20)))) == [None] * 20
    assert max(most) == 3


def kinds(results: list[BaseException | None]) -> list[type[BaseException] | None]:
    return [None if result is None else type(result) for result in results]


def test_everything_waiting_for_a_silent_store_fails_at_once() -> None:
    asked: list[None] = []

    async def get_no_answer() -> None:
        asked.append(None)
        await asyncio.sleep(0)
        raise NoAnswerError("silent")

    turns = Turns(2)

    async def main() -> list[BaseException | None]:
        results = await at_once(turns, *[get_no_answer] * 300)
        async with turns.turn():  # later operations try again
            return results

    assert kinds(asyncio.run(main())) == [NoAnswerError] * 300
    assert len(asked) == 2


@pytest.mark.parametrize("answer", [None, RowExistsError()])
def test_one_unanswered_operation_is_not_an_outage_while_others_succeed(
    answer: Exception | None,
) -> None:
    is_answered = asyncio.Event()

    async def get_no_answer() -> None:
        await is_answered.wait()
        raise NoAnswerError("silent")

    async def get_an_answer() -> None:
        is_answered.set()
        if answer is not None:
            raise answer

    results = asyncio.run(at_once(Turns(2), get_no_answer, *[get_an_answer] * 5))

    assert kinds(results) == [NoAnswerError] + [type(answer) if answer else None] * 5


def test_waiting_too_long_for_a_turn_is_a_crowded_error() -> None:
    async def hang() -> None:
        await asyncio.Event().wait()

    async def main() -> None:
        turns = Turns(1, max_wait_s=0.02)
        first = asyncio.create_task(at_once(turns, hang))
        await asyncio.sleep(0)
        assert kinds(await at_once(turns, hang)) == [CrowdedError]
        first.cancel()

    asyncio.run(main())


@pytest.mark.parametrize("is_next", [True, False])
def test_a_caller_that_gives_up_does_not_lose_a_turn(is_next: bool) -> None:
    async def main() -> None:
        turns, is_over = Turns(1), asyncio.Event()

        async def wait() -> None:
            await is_over.wait()

        first = asyncio.create_task(at_once(turns, wait))
        await asyncio.sleep(0)
        second = asyncio.create_task(at_once(turns, wait))
        third = asyncio.create_task(at_once(turns, wait))
        await asyncio.sleep(0)
        if is_next:
            is_over.set()
            await asyncio.sleep(0)  # the first one leaves, and its turn passes to the second
        second.cancel()
        is_over.set()
        assert await first == await third == [None]
        assert await at_once(turns, wait) == [None]

    asyncio.run(main())


def test_a_store_that_is_silent_too_long_times_out() -> None:
    async def main() -> None:
        async with AnswerTimeout(0.02):
            await asyncio.Event().wait()

    with pytest.raises(TimeoutError):
        asyncio.run(main())


def test_a_busy_worker_still_reads_an_answer_before_its_timeout() -> None:
    async def main() -> str:
        async with AnswerTimeout(0.02):
            time.sleep(0.1)
            for _ in range(5):  # reading an answer takes some iterations of the event loop
                await asyncio.sleep(0)
            return "answered"

    assert asyncio.run(main()) == "answered"
