"""Who wants no texts of which sender: a number of ours, or a messaging service."""

from collections.abc import Callable, Sequence

from shared.clock import Clock
from shared.ledger import Ledger


class OptOuts:
    """The opt-outs in the ledger; one for each worker, which remembers for a while what it read.

    While the ledger cannot be used nobody counts as opted out: Twilio refuses by itself.
    """

    def __init__(self, ledger: Callable[[], Ledger], clock: Clock) -> None:
        """`ledger` is called only when it is needed; it may raise ConfigurationError."""
        self._ledger = ledger
        self._clock = clock

    async def has_opted_out(self, person: str, senders: Sequence[str]) -> bool:
        """Whether a person (E.164) wants no texts of one of the senders."""
        return False

    async def remember(self, person: str, senders: Sequence[str]) -> None:
        """The person has texted STOP to the senders."""

    async def forget(self, person: str, senders: Sequence[str]) -> None:
        """The person has texted START to the senders."""
