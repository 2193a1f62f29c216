"""What an answer has to know of the settings before it dials or texts somebody."""

from collections.abc import Sequence
from typing import Protocol


class Outbound(Protocol):
    """Whom a document may dial and text, and for how long a call may last."""

    @property
    def is_switched_off(self) -> bool:
        """Whether nobody may be reached at all."""
        ...

    @property
    def call_limit_s(self) -> int | None:
        """How long a call may last, in seconds; None leaves it to Twilio."""
        ...

    def reachable(self, parameter: str, written: Sequence[str]) -> list[str]:
        """Those numbers of a query's parameter that may be reached, in E.164."""
        ...
