"""What many ask of one row at once, done for all of them in one step."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence


class Batches[Item, Result]:
    """Takes up in one step whatever has come for a name while the step before was under way.

    So a crowd costs the ledger as little as a few, and nobody gets in each other's way. Each event
    loop has batches of its own.
    """

    def __init__(self, work: Callable[[str, Sequence[Item]], Awaitable[Sequence[Result]]]) -> None:
        """`work` gets a name and the items in the order they came; it returns a result for each."""
        self._work = work
        self._waiting: dict[
            tuple[asyncio.AbstractEventLoop, str], list[tuple[Item, asyncio.Future[Result]]]
        ] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def add(self, name: str, item: Item) -> Result:
        """Let an item be worked on; return its result, or raise what the work raises.

        Who is cancelled meanwhile does not undo the work.
        """
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Result] = loop.create_future()
        waiting = self._waiting.get((loop, name))
        if waiting is not None:
            waiting.append((item, answer))
            return await answer
        self._waiting[loop, name] = [(item, answer)]
        # A task of its own, so that the end of one request does not end the work for others.
        task = loop.create_task(self._work_off(loop, name))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return await answer

    async def _work_off(self, loop: asyncio.AbstractEventLoop, name: str) -> None:
        batch: list[tuple[Item, asyncio.Future[Result]]] = []
        try:
            while batch := self._begun(loop, name):
                results = await self._work(name, [item for item, _ in batch])
                for (_, answer), result in zip(batch, results, strict=True):
                    if not answer.done():
                        answer.set_result(result)
        except Exception as error:  # noqa: BLE001 - all who wait for it raise it
            # Who waits would meet the same: with an outage that takes seconds, long after others.
            _fail(batch + self._waiting[loop, name], error)
        finally:
            _fail(batch + self._waiting.pop((loop, name)), None)

    def _begun(
        self, loop: asyncio.AbstractEventLoop, name: str
    ) -> list[tuple[Item, asyncio.Future[Result]]]:
        """What has come so far and is still wanted."""
        batch = [entry for entry in self._waiting[loop, name] if not entry[1].done()]
        self._waiting[loop, name] = []
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
