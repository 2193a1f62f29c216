"""Input from the person's phone during a call: keys, speech and silence."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass

from deskphone.line.waiting import first_of, is_over

HEARD_LIMIT = 1000
"""How much input to buffer until a verb listens; the oldest is dropped."""


@dataclass(frozen=True)
class Speech:
    """Speech; not final while the person is still speaking."""

    text: str
    final: bool = True


@dataclass(frozen=True)
class Silence:
    """The person stopped talking."""


Heard = str | Speech | Silence
"""Input from the handset: a key, speech, or silence."""


class Handset:
    """Buffers the person's input until a verb listens."""

    def __init__(self) -> None:
        self._heard: asyncio.Queue[Heard] = asyncio.Queue(HEARD_LIMIT)

    def take(self, *heard: Heard) -> None:
        """Add input from the person."""
        for one in heard:
            if self._heard.full():
                self._heard.get_nowait()
            self._heard.put_nowait(one)

    def forget(self) -> None:
        """Drop the buffered input."""
        while not self._heard.empty():
            self._heard.get_nowait()

    async def next_heard(self, during: Awaitable[None], *kinds: type) -> Heard | None:
        """Return the next key (str), Speech or Silence of these kinds; drop other input.

        Return None if `during` finishes first; it is canceled when input arrives.
        """
        heard, other = await first_of(self._next(kinds), during)
        if is_over(heard):
            return heard.result()
        is_over(other)
        return None

    async def next_key(self, during: Awaitable[None]) -> str | None:
        """Return the next key, or None if `during` finishes first."""
        heard = await self.next_heard(during, str)
        return heard if isinstance(heard, str) else None

    async def _next(self, kinds: tuple[type, ...]) -> Heard:
        while True:
            heard = await self._heard.get()
            if isinstance(heard, kinds):
                return heard
