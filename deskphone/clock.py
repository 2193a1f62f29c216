"""Clocks to pass as arguments: the system clock, or one that a test moves by hand."""

import asyncio
import contextlib
import heapq
import itertools
from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Protocol

SETTLE_ROUNDS = 60
"""Idle turns of the event loop to wait for before waking the next sleeper.

This has to exceed the longest chain of tasks that wait only for each other, which takes about 30
turns: the participant who ends a conference leaves, and then all the others do.
"""


def to_milliseconds(time: datetime) -> datetime:
    """Return a time truncated to milliseconds, like every time that is shown."""
    return time.replace(microsecond=time.microsecond // 1000 * 1000)


def rfc_2822(time: datetime | None) -> str | None:
    """Return e.g. Thu, 24 Aug 2023 05:01:45 +0000, Twilio's time format; None for None."""
    return None if time is None else format_datetime(time.astimezone(UTC))


class Clock(Protocol):
    """What the line needs from a clock. `kind` is "system" or "manual"."""

    kind: str

    def now(self) -> datetime:
        """Return the time in UTC."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return after this many seconds on this clock."""
        ...

    def working(self) -> contextlib.AbstractContextManager[None]:
        """Mark work that takes real time, such as a webhook in progress."""
        ...


class SystemClock:
    """The system clock."""

    kind = "system"

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def working(self) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext()


class ManualClock:
    """A clock that stands still until `advance` is called."""

    kind = "manual"

    def __init__(self, start: datetime) -> None:
        self._now = start
        self._sleepers: list[tuple[datetime, int, asyncio.Future[None]]] = []
        self._order = itertools.count()
        self._advancing = asyncio.Lock()
        self._at_work = 0
        self._idle = asyncio.Event()
        self._idle.set()

    def now(self) -> datetime:
        return self._now

    async def sleep(self, seconds: float) -> None:
        wake: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        due = self._now + timedelta(seconds=max(seconds, 0))
        heapq.heappush(self._sleepers, (due, next(self._order), wake))
        await wake

    @contextlib.contextmanager
    def working(self) -> Generator[None]:
        self._at_work += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._at_work -= 1
            if not self._at_work:
                self._idle.set()

    async def advance(self, seconds: float) -> None:
        """Advance the clock; wake each sleeper at its time and let it finish before moving on."""
        async with self._advancing:
            await self._advance(self._now + timedelta(seconds=seconds))

    async def _advance(self, end: datetime) -> None:
        await self._settle()
        while self._sleepers and self._sleepers[0][0] <= end:
            due, _, wake = heapq.heappop(self._sleepers)
            self._now = max(self._now, due)
            if not wake.done():
                wake.set_result(None)
                await self._settle()
        self._now = end

    async def _settle(self) -> None:
        calm = 0
        while calm < SETTLE_ROUNDS:
            await asyncio.sleep(0)
            calm += 1
            if self._at_work:
                await self._idle.wait()
                calm = 0


def clock_of(kind: str) -> Clock:
    """Return a clock by its kind: the system clock, or a manual one that starts at this second."""
    if kind == "manual":
        return ManualClock(datetime.now(UTC).replace(microsecond=0))
    return SystemClock()
