"""Listening to a call in real time."""

from collections.abc import Callable

from deskphone.sound.sound import RATE, WIDTH

DELAY = RATE * 60 // 1000
"""How far behind the clock a listener is, so that live sound may come late."""
EARLY, BEHIND = RATE * 40 // 1000, RATE * 100 // 1000
"""How far a reader's own pace may be off before it gets silence, or skips."""
LOST = 5 * RATE
"""A reader that is further ahead is so because the clock was set back."""


class Listening:
    """What a call's person hears from now on, a few samples at a time. Positions are in samples."""

    def __init__(self, now: Callable[[], int], heard: Callable[[int, int], bytes]) -> None:
        """`heard` returns samples by their position and count."""
        self._now = now
        self._heard = heard
        self._next = now() - DELAY
        self._is_open = True

    def read(self, samples: int) -> bytes:
        """Return the next samples, silence where there is nothing.

        The clock decides which ones they are: a reader that was held up skips what it missed, and
        one that is too fast, or whose clock stands still, gets silence.
        """
        due = self._now() - DELAY
        if not due - BEHIND <= self._next <= due + LOST:
            self._next = due
        if not self._is_open or self._next > due + EARLY:
            return bytes(samples * WIDTH)
        start = self._next
        self._next += samples
        return self._heard(start, samples)

    def close(self) -> None:
        """Stop; every later read returns silence."""
        self._is_open = False
