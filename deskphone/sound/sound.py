"""A sound: samples, and how long it lasts."""

from dataclasses import dataclass

RATE = 8000
"""Samples per second."""
WIDTH = 2
"""Bytes per sample."""


@dataclass(frozen=True)
class Sound:
    """Samples, and `rest` samples of silence after them, which take no memory."""

    samples: bytes = b""
    rest: int = 0

    @property
    def count(self) -> int:
        """The length in samples."""
        return len(self.samples) // WIDTH + self.rest

    @property
    def seconds(self) -> float:
        return self.count / RATE

    def lasting(self, seconds: float) -> "Sound":
        """Return this sound with exactly this length: cut, or with silence after it."""
        count = samples_in(seconds)
        samples = self.samples[: count * WIDTH]
        return Sound(samples, count - len(samples) // WIDTH)


def samples_in(seconds: float) -> int:
    """Return how many whole samples fit into this time."""
    return max(int(seconds * RATE + 1e-6), 0)  # a sum such as 0.1 + 0.2 is slightly off


def silence(seconds: float) -> Sound:
    """Return silence, which takes no memory."""
    return Sound(rest=samples_in(seconds))
