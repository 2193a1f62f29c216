"""The handsets: the initial ones, and those of numbers that the app or a person used since."""

from collections.abc import Sequence

from deskphone.values import HANDSETS

LIMIT = 50
"""How many handsets to keep: the initial ones and the newest."""


class Handsets:
    """The numbers of the handsets, in the order in which they were added."""

    def __init__(self, initial: Sequence[str] = HANDSETS) -> None:
        self._initial = list(initial)
        self.reset()

    def reset(self) -> None:
        """Return to the initial handsets."""
        self._numbers: list[str] = list(self._initial)

    def all(self) -> list[str]:
        """Return the numbers."""
        return list(self._numbers)

    def add(self, number: str) -> bool:
        """Add a number; return whether it is new."""
        if number in self._numbers:
            return False
        self._numbers.append(number)
        if len(self._numbers) > LIMIT:
            del self._numbers[len(self._initial)]
        return True
