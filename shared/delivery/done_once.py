"""Remember which reports this worker has acted on, for when the ledger is unavailable."""

import asyncio
from collections.abc import Awaitable, Callable

# A name takes about 200 bytes. Twilio repeats a report within seconds.
MAX_NAMES = 1000

Act = Callable[[], Awaitable[None]]


class DoneOnce:
    """Run an action once per name, remembering the last 1,000 names."""

    def __init__(self) -> None:
        self._done: dict[str, None] = {}
        self._running: dict[str, asyncio.Future[None]] = {}

    async def do(self, name: str, act: Act) -> None:
        """Run `act` unless it has succeeded under this name; raise what it raises.

        Concurrent callers share the outcome: after an error Twilio repeats each of their reports.
        """
        if name in self._done:
            return
        if name not in self._running:
            running = self._running[name] = asyncio.ensure_future(self._act(name, act))
            # Every caller may be gone when it fails; read the error, or asyncio logs a complaint.
            running.add_done_callback(lambda done: done.cancelled() or done.exception())
        await asyncio.shield(self._running[name])

    async def _act(self, name: str, act: Act) -> None:
        try:
            await act()
        finally:
            del self._running[name]
        self._done[name] = None
        if len(self._done) > MAX_NAMES:
            del self._done[next(iter(self._done))]
