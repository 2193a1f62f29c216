"""Coalesce concurrent changes of one row into one write."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence


class Batches[Item, Result]:
    """Collect the items that arrive for a name while a batch runs, and process them as the next.

    A burst then costs the ledger few operations, and its changes don't race for the row.
    """

    def __init__(self, work: Callable[[str, Sequence[Item]], Awaitable[Sequence[Result]]]) -> None:
        """`work` gets a name and its items in order of arrival, and returns a result for each."""
        self._work = work
        self._waiting: dict[str, list[tuple[Item, asyncio.Future[Result]]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def add(self, name: str, item: Item) -> Result:
        """Process an item; return its result, or raise what the work raises.

        Cancelling the caller doesn't cancel the work.
        """
        answer: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        waiting = self._waiting.get(name)
        if waiting is not None:
            waiting.append((item, answer))
            return await answer
        self._waiting[name] = [(item, answer)]
        # In its own task, so that cancelling one request doesn't cancel the work for others.
        task = asyncio.create_task(self._run(name))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return await answer

    async def _run(self, name: str) -> None:
        batch: list[tuple[Item, asyncio.Future[Result]]] = []
        try:
            while batch := self._take_batch(name):
                results = await self._work(name, [item for item, _ in batch])
                for (_, answer), result in zip(batch, results, strict=True):
                    if not answer.done():
                        answer.set_result(result)
        except Exception as error:  # noqa: BLE001 - every waiting caller raises it
            # Waiting items would fail the same way, and in an outage only after more seconds.
            _fail(batch + self._waiting[name], error)
        finally:
            _fail(batch + self._waiting.pop(name), None)

    def _take_batch(self, name: str) -> list[tuple[Item, asyncio.Future[Result]]]:
        """Take the items that have arrived and whose callers still wait."""
        batch = [entry for entry in self._waiting[name] if not entry[1].done()]
        self._waiting[name] = []
        return batch


def _fail[Item, Result](
    batch: Sequence[tuple[Item, asyncio.Future[Result]]], error: Exception | None
) -> None:
    """Fail every unanswered item with this error; cancel them without one."""
    for _, answer in batch:
        if answer.done():
            continue
        if error is None:
            answer.cancel()
        else:
            answer.set_exception(error)
