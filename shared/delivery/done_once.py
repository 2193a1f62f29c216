"""What this worker has done on a report, for the time in which no ledger can tell."""

import asyncio
from collections.abc import Awaitable, Callable

# A name takes some 200 bytes. Twilio repeats a report within seconds.
MAX_NAMES = 1000

Act = Callable[[], Awaitable[None]]


class DoneOnce:
    """Does once what a name stands for, as far as this worker remembers: its last 1,000 names."""

    def __init__(self) -> None:
        self._done: dict[str, None] = {}
        self._running: dict[str, asyncio.Future[None]] = {}

    async def do(self, name: str, act: Act) -> None:
        """Act, unless that was done under this name; raise what `act` raises, and forget it then.

        Callers who come while it runs share its end: an error makes Twilio repeat each report.
        """
        if name in self._done:
            return
        if name not in self._running:
            running = self._running[name] = asyncio.ensure_future(self._act(name, act))
            # Each caller may be gone by the time it fails; asyncio would complain to the log.
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
