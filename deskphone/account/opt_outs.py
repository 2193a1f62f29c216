"""Which people have opted out of whose texts, as Twilio keeps it for the account."""

from collections import OrderedDict
from collections.abc import Sequence

PAIRS_LIMIT = 10_000
"""Opt-outs that are remembered; the oldest make room for new ones."""


class OptOuts:
    """Pairs of a person and a sender: a number of the account, or a messaging service."""

    def __init__(self) -> None:
        self._pairs: OrderedDict[tuple[str, str], None] = OrderedDict()

    def add(self, person: str, senders: Sequence[str]) -> bool:
        """The person has opted out of the senders; return whether that is new."""
        is_new = any((person, sender) not in self._pairs for sender in senders)
        self._pairs.update(((person, sender), None) for sender in senders)
        while len(self._pairs) > PAIRS_LIMIT:
            self._pairs.popitem(last=False)
        return is_new

    def remove(self, person: str, senders: Sequence[str]) -> bool:
        """The person wants texts of the senders again; return whether that is new."""
        known = [(person, sender) for sender in senders if (person, sender) in self._pairs]
        for pair in known:
            del self._pairs[pair]
        return bool(known)

    def has(self, person: str, *senders: str) -> bool:
        """Whether the person has opted out of one of the senders."""
        return any((person, sender) in self._pairs for sender in senders)

    def of(self, person: str) -> list[str]:
        """The senders that a person has opted out of, in the order in which it happened."""
        return [sender for one, sender in self._pairs if one == person]

    def clear(self) -> None:
        """Forget everything."""
        self._pairs.clear()
