"""What an answer needs from the settings before it dials or texts a number."""

from collections.abc import Sequence
from typing import Protocol


class Outbound(Protocol):
    """The numbers that a document may dial and text, and how long a call may last."""

    @property
    def is_switched_off(self) -> bool:
        """Return whether all calls and texts are turned off."""
        ...

    @property
    def own_number(self) -> str:
        """Return the app's own number in E.164, or ""."""
        ...

    @property
    def call_limit_s(self) -> int | None:
        """Return how long a call may last, in seconds, or None for Twilio's limit."""
        ...

    def reachable(self, parameter: str, written: Sequence[str]) -> list[str]:
        """Return the numbers of a query parameter that may be contacted, in E.164."""
        ...
