"""What runs in the background for texts and calls: stopped as one, never silent when it fails."""

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
        """Run something for a text or call.

        A fault of the emulator becomes an alert, and then `on_failure` is called.
        """

        async def guarded() -> None:
            try:
                await run()
            except Exception as error:  # noqa: BLE001 - the last line of defence
                try:
                    self._store.alert(resource_sid, None, f"The emulator failed here: {error!r}")
                finally:
                    on_failure()

        task = asyncio.create_task(guarded())
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    def cancel(self) -> list[asyncio.Task[None]]:
        """Stop everything; return what will have ended soon."""
        tasks = list(self._running)
        self._running.clear()
        for task in tasks:
            task.cancel()
        return tasks
