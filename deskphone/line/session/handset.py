"""What comes from the person's phone during a call: keys, words and silence."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass

from deskphone.line.waiting import first_of, is_over

HEARD_LIMIT = 1000
"""Keys and words that wait for a verb that listens; the oldest are dropped."""


@dataclass(frozen=True)
class Speech:
    """What the person says; not final while they are still speaking."""

    text: str
    final: bool = True


@dataclass(frozen=True)
class Silence:
    """The person has fallen silent."""


Heard = str | Speech | Silence
"""What comes from the handset: a key, words, or silence."""


class Handset:
    """Keeps what the person does until a verb listens."""

    def __init__(self) -> None:
        self._heard: asyncio.Queue[Heard] = asyncio.Queue(HEARD_LIMIT)

    def take(self, *heard: Heard) -> None:
        """Take keys, words or silence from the person."""
        for one in heard:
            if self._heard.full():
                self._heard.get_nowait()
            self._heard.put_nowait(one)

    def forget(self) -> None:
        """Drop the keys and words that came before a verb listened."""
        while not self._heard.empty():
            self._heard.get_nowait()

    async def next_heard(self, during: Awaitable[None], *kinds: type) -> Heard | None:
        """Return the next key (str), Speech or Silence, of these kinds only; others are dropped.

        Return None when `during` is over first. `during` is stopped when something is heard.
        """
        heard, other = await first_of(self._next(kinds), during)
        if is_over(heard):
            return heard.result()
        is_over(other)
        return None

    async def next_key(self, during: Awaitable[None]) -> str | None:
        """Return the next key, or None when `during` is over first."""
        heard = await self.next_heard(during, str)
        return heard if isinstance(heard, str) else None

    async def _next(self, kinds: tuple[type, ...]) -> Heard:
        while True:
            heard = await self._heard.get()
            if isinstance(heard, kinds):
                return heard
