"""What a browser's leg needs from its media: offers and answers in SDP."""

import re
from collections.abc import Callable
from typing import Protocol

CANDIDATE = re.compile(r"(a=candidate:\S+ \d+ \S+ \d+ \S+ )\d+")
"""A candidate up to its port (RFC 8839)."""


class Media(Protocol):
    """The audio connection of one leg. `offer` or `answer` is called once, first."""

    async def answer(self, offer: str) -> str:
        """Return the answer to a browser's offer; raise ValueError if the offer is unusable."""
        ...

    async def offer(self) -> str:
        """Return an offer for a browser."""
        ...

    def accept(self, answer: str) -> None:
        """Use a browser's answer; raise ValueError if it is unusable."""
        ...

    def restart(self, offer: str) -> str:
        """Return the answer to an offer with an ICE restart; raise ValueError if unusable."""
        ...

    def close(self) -> None:
        """End the connection. It may be called in any state, and more than once."""
        ...


OpenMedia = Callable[[str, Callable[[str], None]], Media]
"""Opens the media of a call by its SID; calls the function with each key that arrives in them."""

NOWHERE = "9"
"""The port of the discard protocol, where nothing answers."""


class LostMedia:
    """Media that never connect, for a fault: the browser gets the address of nothing."""

    def __init__(self, media: Media) -> None:
        self._media = media

    async def answer(self, offer: str) -> str:
        return _elsewhere(await self._media.answer(offer))

    async def offer(self) -> str:
        return _elsewhere(await self._media.offer())

    def accept(self, answer: str) -> None:
        self._media.accept(answer)

    def restart(self, offer: str) -> str:
        return _elsewhere(self._media.restart(offer))

    def close(self) -> None:
        self._media.close()


def _elsewhere(sdp: str) -> str:
    """Return the SDP with another port in each candidate."""
    return CANDIDATE.sub(rf"\g<1>{NOWHERE}", sdp)
