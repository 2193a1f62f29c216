"""Batches: every caller gets the outcome, and nothing leaks."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import Sequence
from typing import Any

import pytest

from shared.errors import LedgerError
from shared.ledger.batches import Batches


def test_a_cancelled_caller_does_not_hide_a_failure_from_the_others() -> None:
    async def work(name: str, items: Sequence[int]) -> Sequence[int]:
        await asyncio.sleep(0)
        tasks[0].cancel()
        await asyncio.sleep(0)
        raise LedgerError("down")

    tasks: list[asyncio.Task[int]] = []

    async def main() -> list[int | BaseException]:
        batches = Batches(work)
        tasks.extend(asyncio.create_task(batches.add("a", item)) for item in range(3))
        return await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 5)

    ends = [type(end) for end in asyncio.run(main())]
    assert ends == [asyncio.CancelledError, LedgerError, LedgerError]


def test_cancelled_work_leaves_no_caller_waiting() -> None:
    async def work(name: str, items: Sequence[int]) -> Sequence[int]:
        raise asyncio.CancelledError

    async def main() -> None:
        async with asyncio.timeout(5):
            await Batches(work).add("a", 1)

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(main())


def test_finished_work_is_not_kept() -> None:
    done: weakref.WeakSet[asyncio.Task[Any]] = weakref.WeakSet()

    async def work(name: str, items: Sequence[int]) -> Sequence[int]:
        task = asyncio.current_task()
        assert task is not None
        done.add(task)
        return items

    batches = Batches(work)

    async def main() -> list[int]:
        return [await batches.add("a", item) for item in range(3)]

    assert asyncio.run(main()) == [0, 1, 2]
    gc.collect()
    assert len(done) == 0
