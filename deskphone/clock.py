"""Clocks to pass as arguments: the system clock, or one that a test moves by hand."""

import asyncio
import contextlib
import heapq
import itertools
from collections.abc import Generator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Literal, Protocol

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

    async def limit(self, seconds: float) -> None:
        """Like `sleep`, for the most time that something else has, such as a person to press a key.

        A clock that moves by itself neither moves for it nor counts its own moves.
        """
        ...

    async def sleep_until(self, time: datetime) -> None:
        """Return at this time. A clock that moves by itself doesn't move for it."""
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

    async def limit(self, seconds: float) -> None:
        await self.sleep(seconds)

    async def sleep_until(self, time: datetime) -> None:
        await self.sleep((time - self.now()).total_seconds())

    def working(self) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext()


@dataclass(order=True)
class _Sleeper:
    """Something that waits on the manual clock, in the order in which they wake."""

    due: datetime
    order: int
    wake: asyncio.Future[None] = field(compare=False)
    kind: Literal["event", "limit", "date"] = field(compare=False)


class ManualClock:
    """A clock that stands still until `advance` or `settle` is called."""

    kind = "manual"

    def __init__(self, start: datetime) -> None:
        self._now = start
        self._sleepers: list[_Sleeper] = []
        self._order = itertools.count()
        self._advancing = asyncio.Lock()
        self._at_work = 0
        self._idle = asyncio.Event()
        self._idle.set()

    def now(self) -> datetime:
        return self._now

    async def sleep(self, seconds: float) -> None:
        await self._sleep(self._now + timedelta(seconds=max(seconds, 0)), "event")

    async def limit(self, seconds: float) -> None:
        await self._sleep(self._now + timedelta(seconds=max(seconds, 0)), "limit")

    async def sleep_until(self, time: datetime) -> None:
        await self._sleep(max(time, self._now), "date")

    async def _sleep(self, due: datetime, kind: Literal["event", "limit", "date"]) -> None:
        wake: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, _Sleeper(due, next(self._order), wake, kind))
        await wake

    def set(self, time: datetime) -> None:
        """Show another time, after a reset. Whatever still waits is forgotten."""
        self._now = time
        self._sleepers.clear()

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
        while self._sleepers and self._sleepers[0].due <= end:
            next_one = heapq.heappop(self._sleepers)
            self._now = max(self._now, next_one.due)
            if not next_one.wake.done():
                next_one.wake.set_result(None)
                await self._settle()
        self._now = end

    async def settle(self, most_s: float) -> None:
        """Move from event to event until only limits and dates are left, by `most_s` at most.

        Limits aren't shortened: they get as much later as the clock moves.
        """
        async with self._advancing:
            end = self._now + timedelta(seconds=most_s)
            await self._advance(self._now)
            while (due := self._next_event()) is not None and due <= end:
                self._postpone(max(due - self._now, timedelta()))
                await self._advance(due)

    def _next_event(self) -> datetime | None:
        waiting = (one.due for one in self._sleepers if not one.wake.done() and one.kind == "event")
        return min(waiting, default=None)

    def _postpone(self, by: timedelta) -> None:
        for one in self._sleepers:
            if one.kind == "limit":
                one.due += by
        heapq.heapify(self._sleepers)

    async def _settle(self) -> None:
        calm = 0
        while calm < SETTLE_ROUNDS:
            await asyncio.sleep(0)
            calm += 1
            if self._at_work:
                await self._idle.wait()
                calm = 0


class LimitsOnly:
    """A clock for what only fills a wait, such as hold music: its sleeps are limits."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.kind = clock.kind
        self.now = clock.now
        self.sleep = self.limit = clock.limit
        self.sleep_until = clock.sleep_until
        self.working = clock.working


def clock_of(kind: str) -> Clock:
    """Return a clock by its kind: the system clock, or a manual one that starts at this second."""
    if kind == "manual":
        return ManualClock(datetime.now(UTC).replace(microsecond=0))
    return SystemClock()
