"""How much may be sent: to one number, and in one day by all instances together."""

from collections.abc import Callable
from typing import Literal, NamedTuple

from shared.clock import Clock
from shared.ledger import Ledger
from shared.settings import Settings

Kind = Literal["text", "call"]


class Taken(NamedTuple):
    """What one text or call has taken of the limits; `units` are the segments of a text."""

    to: str
    kind: Kind
    units: int


class Limits:
    """The limits of the settings, counted in the ledger; one for each worker."""

    def __init__(self, ledger: Callable[[], Ledger], clock: Clock, config: Settings) -> None:
        """`ledger` is called only when something is to be counted; it may raise."""
        self._ledger = ledger
        self._clock = clock
        self._config = config

    async def take(self, to: str, kind: Kind, units: int) -> Taken:
        """Count a text or a call that is about to be sent to a number (E.164).

        Raise LimitReachedError when it is one too many: then nothing is counted.
        """
        return Taken(to, kind, units)

    async def give_back(self, taken: Taken) -> None:
        """It was not sent after all."""
