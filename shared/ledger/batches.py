"""Coalesce concurrent changes of one row into one write."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence


class Batches[Item, Result]:
    """Works in one step on whatever comes for a name while the step before is under way.

    So a crowd costs the ledger as little as a few, and its changes don't meet at the row.
    """

    def __init__(self, work: Callable[[str, Sequence[Item]], Awaitable[Sequence[Result]]]) -> None:
        """`work` gets a name and the items in the order they came; it returns a result for each."""
        self._work = work
        self._waiting: dict[str, list[tuple[Item, asyncio.Future[Result]]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def add(self, name: str, item: Item) -> Result:
        """Let an item be worked on; return its result, or raise what the work raises.

        Who is cancelled meanwhile does not undo the work.
        """
        answer: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        waiting = self._waiting.get(name)
        if waiting is not None:
            waiting.append((item, answer))
            return await answer
        self._waiting[name] = [(item, answer)]
        # A task of its own, so that the end of one request does not end the work for others.
        task = asyncio.create_task(self._work_off(name))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return await answer

    async def _work_off(self, name: str) -> None:
        batch: list[tuple[Item, asyncio.Future[Result]]] = []
        try:
            while batch := self._begun(name):
                results = await self._work(name, [item for item, _ in batch])
                for (_, answer), result in zip(batch, results, strict=True):
                    if not answer.done():
                        answer.set_result(result)
        except Exception as error:  # noqa: BLE001 - all who wait for it raise it
            # Who waits would meet the same: with an outage that takes seconds, long after others.
            _fail(batch + self._waiting[name], error)
        finally:
            _fail(batch + self._waiting.pop(name), None)

    def _begun(self, name: str) -> list[tuple[Item, asyncio.Future[Result]]]:
        """What has come so far and is still wanted."""
        batch = [entry for entry in self._waiting[name] if not entry[1].done()]
        self._waiting[name] = []
        return batch


def _fail[Item, Result](
    batch: Sequence[tuple[Item, asyncio.Future[Result]]], error: Exception | None
) -> None:
    """Give all that have no answer yet this error; without one, cancel them."""
    for _, answer in batch:
        if answer.done():
            continue
        if error is None:
            answer.cancel()
        else:
            answer.set_exception(error)
