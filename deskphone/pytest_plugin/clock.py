"""The clock of a test, and the emulator's clocks that know when nothing more happens."""

import asyncio
import contextlib
from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from deskphone.clock import SETTLE_ROUNDS, ManualClock, SystemClock

if TYPE_CHECKING:
    from deskphone.pytest_plugin.server import Server

MOST_S = 300.0
"""How far the manual clock moves by itself at once: a call may play something forever."""
MOST_REAL_S = 30.0
POLL_S = 0.005


class StillClock(ManualClock):
    """A manual clock that begins at the current second."""

    def __init__(self) -> None:
        super().__init__(_this_second())

    def restart(self) -> None:
        """Begin again, after a reset."""
        self.set(_this_second())

    async def calm(self) -> None:
        """Move on until only people, limits and dates are waited for."""
        await self.settle(MOST_S)


class RealClock(SystemClock):
    """The system's clock."""

    def __init__(self) -> None:
        self._busy = 0

    def restart(self) -> None:
        """Do nothing: it can't be set."""

    async def sleep(self, seconds: float) -> None:
        with self.working():
            await asyncio.sleep(seconds)

    async def limit(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    async def sleep_until(self, time: datetime) -> None:
        await asyncio.sleep((time - self.now()).total_seconds())

    @contextlib.contextmanager
    def working(self) -> Generator[None]:
        self._busy += 1
        try:
            yield
        finally:
            self._busy -= 1

    async def calm(self) -> None:
        """Wait, MOST_REAL_S at most, until only people, limits and dates are waited for."""
        loop = asyncio.get_running_loop()
        end, turns = loop.time() + MOST_REAL_S, 0
        while turns < SETTLE_ROUNDS and loop.time() < end:
            turns = 0 if self._busy else turns + 1
            await asyncio.sleep(POLL_S if self._busy else 0)


def _this_second() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


class TestClock:
    """Twilio's clock in a test; your app has its own.

    It moves by itself while something goes on: a text is delivered, a sentence is spoken. It stops
    where a person has to act, and before scheduled texts.
    """

    __test__ = False

    def __init__(self, server: "Server") -> None:
        self._server = server

    @property
    def now(self) -> datetime:
        """The time in UTC."""
        return self._server.look(lambda emulator: emulator.clock.now())

    def advance(
        self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0
    ) -> None:
        """Let this much time pass. Raise TypeError on a real clock."""
        clock = self._server.clock
        if not isinstance(clock, StillClock):
            raise TypeError("A real clock can't be advanced. Use a manual one in this test.")
        time = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)

        async def advance() -> None:
            await clock.calm()
            await clock.advance(time.total_seconds())
            await clock.calm()

        self._server.run(advance())
