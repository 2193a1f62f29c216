"""The limits of host.json on requests at the same time."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext


class TooManyRequestsError(Exception):
    """More requests are waiting or running than maxOutstandingRequests allows."""


class Throttle:
    """Counts requests; -1 means no limit."""

    def __init__(self, max_outstanding: int, max_concurrent: int) -> None:
        self._max_outstanding = max_outstanding
        self._outstanding = 0
        self._is_open = max_outstanding < 0 and max_concurrent < 0
        self._running = asyncio.Semaphore(max_concurrent) if max_concurrent > 0 else nullcontext()

    def place(self) -> AbstractAsyncContextManager[None]:
        """Wait for a place to run in; raise TooManyRequestsError if too many are waiting."""
        return nullcontext() if self._is_open else self._counted()

    @asynccontextmanager
    async def _counted(self) -> AsyncGenerator[None]:
        if 0 <= self._max_outstanding <= self._outstanding:
            raise TooManyRequestsError
        self._outstanding += 1
        try:
            async with self._running:
                yield
        finally:
            self._outstanding -= 1
