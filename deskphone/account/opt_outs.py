"""Which people have opted out of which senders' texts, as Twilio keeps it for the account."""

from collections import OrderedDict
from collections.abc import Sequence

PAIRS_LIMIT = 10_000
"""The number of opt-outs to keep; new ones replace the oldest."""


class OptOuts:
    """Pairs of a person and a sender: a number of the account, or a messaging service."""

    def __init__(self) -> None:
        self._pairs: OrderedDict[tuple[str, str], None] = OrderedDict()

    def add(self, person: str, senders: Sequence[str]) -> bool:
        """Opt a person out of the senders; return whether anything changed."""
        is_new = any((person, sender) not in self._pairs for sender in senders)
        self._pairs.update(((person, sender), None) for sender in senders)
        while len(self._pairs) > PAIRS_LIMIT:
            self._pairs.popitem(last=False)
        return is_new

    def remove(self, person: str, senders: Sequence[str]) -> bool:
        """Opt a person back in to the senders; return whether anything changed."""
        known = [(person, sender) for sender in senders if (person, sender) in self._pairs]
        for pair in known:
            del self._pairs[pair]
        return bool(known)

    def has(self, person: str, *senders: str) -> bool:
        """Whether a person has opted out of any of the senders."""
        return any((person, sender) in self._pairs for sender in senders)

    def of(self, person: str) -> list[str]:
        """Return the senders that a person has opted out of, oldest first."""
        return [sender for one, sender in self._pairs if one == person]

    def pairs(self) -> list[tuple[str, str]]:
        """Return all pairs, oldest first."""
        return list(self._pairs)

    def clear(self) -> None:
        """Forget everything."""
        self._pairs.clear()
