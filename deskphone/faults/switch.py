"""Turn faults on and off, including those that end by themselves, and notify all listeners."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable

from deskphone.clock import Clock
from deskphone.faults.faults import Faults
from deskphone.faults.kinds import Fault

Listener = Callable[[Faults], Awaitable[None]]


class Switch:
    """Changes which faults are on. Use it inside a running event loop."""

    def __init__(self, clock: Clock, faults: Faults) -> None:
        self._clock = clock
        self._faults = faults
        self._timers: set[asyncio.Task[None]] = set()
        self._notifying = asyncio.Lock()
        self._listeners: list[Listener] = []

    def subscribe(self, listener: Listener) -> None:
        """Call a listener, one call at a time, with the faults whenever they change."""
        self._listeners.append(listener)

    async def replace(self, seed: int, faults: Iterable[Fault]) -> None:
        """Replace the faults that are on. They are in effect when this returns."""
        self.cancel()
        self._faults.replace(seed, faults)
        for fault in self._faults.on:
            if fault.lasts_s is not None:
                timer = asyncio.create_task(self._end(fault, fault.lasts_s))
                self._timers.add(timer)
                timer.add_done_callback(self._timers.discard)
        await self._notify()

    async def clear(self) -> None:
        """Turn off all faults."""
        if self._faults.on:
            await self.replace(0, [])
        self._faults.replace(0, [])

    def cancel(self) -> None:
        """Cancel the timers of faults that end by themselves."""
        for timer in self._timers:
            timer.cancel()

    async def _end(self, fault: Fault, seconds: float) -> None:
        await self._clock.limit(seconds)
        with self._clock.working():
            self._faults.remove(fault)
            await asyncio.shield(self._notify())  # never notify only some of the listeners

    async def _notify(self) -> None:
        async with self._notifying:
            for listener in self._listeners:
                await listener(self._faults)
