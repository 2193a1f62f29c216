"""The pulse of 20 ms at which sound leaves: one timer for all connections."""

import asyncio
from collections.abc import Callable

from deskphone.media.rtp import FRAME, SAMPLE_RATE

FRAME_SECONDS = FRAME / SAMPLE_RATE
MOST_AT_ONCE = 5
"""Frames to make up for after a short delay. After a longer one, skip: a burst helps no ear."""

Tick = Callable[[int, int], None]
"""Called with how many frames to send, and how many to leave out before them."""


class Beat:
    """The frames that are due, counted from a start so that delays don't add up."""

    def __init__(self, start: float) -> None:
        self._start = start
        self._done = 0

    @property
    def next(self) -> float:
        """When the next frame is due."""
        return self._start + self._done * FRAME_SECONDS

    def due(self, now: float) -> tuple[int, int]:
        """Return how many frames to send now, and how many to skip before them."""
        # A timer may fire a little early; such a frame is due.
        count = int((now - self._start) / FRAME_SECONDS + 0.05) + 1 - self._done
        if count <= 0:
            return 0, 0
        self._done += count
        return (count, 0) if count <= MOST_AT_ONCE else (1, count - 1)


class Pace:
    """Calls every connection at each beat, while there are any. One per event loop."""

    def __init__(self) -> None:
        self._ticks: list[Tick] = []
        self._beat: Beat | None = None
        self._timer: asyncio.TimerHandle | None = None

    def join(self, tick: Tick) -> None:
        """Call `tick` from the next beat on. It must not raise."""
        self._ticks.append(tick)
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._beat = Beat(loop.time() + FRAME_SECONDS)
            self._timer = loop.call_at(self._beat.next, self._strike, loop, self._beat)

    def leave(self, tick: Tick) -> None:
        """Stop calling `tick`; without any left, the timer stops."""
        if tick in self._ticks:
            self._ticks.remove(tick)
        if not self._ticks and self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _strike(self, loop: asyncio.AbstractEventLoop, beat: Beat) -> None:
        frames, skipped = beat.due(loop.time())
        self._timer = loop.call_at(beat.next, self._strike, loop, beat)
        if frames:
            for tick in tuple(self._ticks):
                tick(frames, skipped)
