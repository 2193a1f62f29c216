"""Switch faults on and off: each for as long as it lasts, and tell all listeners."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable

from deskphone.clock import Clock
from deskphone.faults.faults import Faults
from deskphone.faults.kinds import Fault

Listener = Callable[[Faults], Awaitable[None]]


class Switch:
    """Replaces the faults that are on. Use it inside a running event loop."""

    def __init__(self, clock: Clock, faults: Faults) -> None:
        self._clock = clock
        self._faults = faults
        self._timers: set[asyncio.Task[None]] = set()
        self._telling = asyncio.Lock()
        self._listeners: list[Listener] = []

    def subscribe(self, listener: Listener) -> None:
        """Call a listener with the faults whenever others are on than before, one at a time."""
        self._listeners.append(listener)

    async def replace(self, seed: int, faults: Iterable[Fault]) -> None:
        """Switch on these faults and no others; they are in force when this comes back."""
        self.cancel()
        self._faults.replace(seed, faults)
        for fault in self._faults.on:
            if fault.lasts_s is not None:
                timer = asyncio.create_task(self._end(fault, fault.lasts_s))
                self._timers.add(timer)
                timer.add_done_callback(self._timers.discard)
        await self._tell()

    async def clear(self) -> None:
        """Switch everything off."""
        if self._faults.on:
            await self.replace(0, [])
        self._faults.replace(0, [])

    def cancel(self) -> None:
        """Stop waiting for the end of faults that have one."""
        for timer in self._timers:
            timer.cancel()

    async def _end(self, fault: Fault, seconds: float) -> None:
        await self._clock.sleep(seconds)
        with self._clock.working():
            self._faults.remove(fault)
            await asyncio.shield(self._tell())  # nobody is told half of it

    async def _tell(self) -> None:
        async with self._telling:
            for listener in self._listeners:
                await listener(self._faults)
