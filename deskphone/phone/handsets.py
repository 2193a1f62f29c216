"""The people's phones: those that the page shows from the start, and those that came up."""

from deskphone.values import HANDSETS

LIMIT = 50
"""How many the page shows; of those that came up the last ones."""


class Handsets:
    """Numbers, in the order in which they came up."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Return to the state of a fresh start."""
        self._numbers: list[str] = list(HANDSETS)

    def all(self) -> list[str]:
        """Return the numbers."""
        return list(self._numbers)

    def add(self, number: str) -> bool:
        """Add a number; return whether it is new."""
        if number in self._numbers:
            return False
        self._numbers.append(number)
        if len(self._numbers) > LIMIT:
            del self._numbers[len(HANDSETS)]
        return True
