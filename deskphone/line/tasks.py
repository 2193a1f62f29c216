"""Background tasks for texts and calls: canceled together, with an alert when one fails."""

import asyncio
from collections.abc import Awaitable, Callable

from deskphone.account.store import Store


class Tasks:
    """The tasks of one part of the line."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._running: set[asyncio.Task[None]] = set()

    def start(
        self,
        resource_sid: str,
        run: Callable[[], Awaitable[None]],
        on_failure: Callable[[], None] = lambda: None,
    ) -> asyncio.Task[None]:
        """Run a task for a text or call.

        An error in the emulator raises an alert, and then `on_failure` is called.
        """

        async def guarded() -> None:
            try:
                await run()
            except Exception as error:  # noqa: BLE001 - the last line of defense
                try:
                    self._store.alert(
                        resource_sid, None, f"Internal error in the emulator: {error!r}"
                    )
                finally:
                    on_failure()

        task = asyncio.create_task(guarded())
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    def cancel(self) -> list[asyncio.Task[None]]:
        """Cancel all tasks and return them."""
        tasks = list(self._running)
        self._running.clear()
        for task in tasks:
            task.cancel()
        return tasks
