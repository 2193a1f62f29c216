"""Decide when to restart a host that has died."""

from dataclasses import dataclass, replace

CALM_S = 5.0  # a host that lived this long didn't crash at startup
LONGEST_DELAY_S = 1.0
STARTS_BEFORE_GIVING_UP = 3


@dataclass(frozen=True)
class Restarts:
    """The recent deaths of the host. Times are in seconds."""

    quick_deaths: int = 0
    failed_starts: int = 0

    def after_death(self, *, lived_s: float, was_running: bool) -> "Restarts":
        """Record a death."""
        if was_running and lived_s >= CALM_S:
            return Restarts()
        died = replace(self, quick_deaths=self.quick_deaths + 1)
        return replace(died, failed_starts=0 if was_running else self.failed_starts + 1)

    @property
    def delay_s(self) -> float:
        """Return the seconds to wait before the next start: first 0, then longer each time."""
        if self.quick_deaths <= 1:
            return 0.0
        return min(0.25 * 2.0 ** (min(self.quick_deaths, 10) - 2), LONGEST_DELAY_S)

    @property
    def hopeless(self) -> bool:
        """Return whether the host keeps dying without ever coming up."""
        return self.failed_starts >= STARTS_BEFORE_GIVING_UP
