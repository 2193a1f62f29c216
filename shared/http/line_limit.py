"""Limit the log lines of a flood: log the first few events of a kind, then fewer and fewer."""

from shared.clock import Clock

# The alerts look at 15 minutes too (infra/alerts.bicep). Ten lines are enough for an alert that
# needs five, whenever its window starts.
INTERVAL_S = 15 * 60.0
MAX_IN_FULL = 10


class LineLimit:
    """Decide which of many events of the same kind to log.

    Within 15 minutes, these are the first ten, then the 100th, the 1,000th and so on. Each kind
    takes memory, so a kind must not contain anything that a caller sent.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._seen: dict[tuple[str, ...], tuple[float, int]] = {}

    def count(self, *kind: str) -> int:
        """Count an event; return the count so far, or 0 if this one should not be logged."""
        now = self._clock.monotonic()
        began_at, count = self._seen.get(kind, (now, 0))
        if now - began_at >= INTERVAL_S:
            began_at, count = now, 0
        count += 1
        self._seen[kind] = (began_at, count)
        return count if count <= MAX_IN_FULL or _is_power_of_ten(count) else 0


def _is_power_of_ten(number: int) -> bool:
    return str(number).rstrip("0") == "1"
