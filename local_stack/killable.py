"""What the fault that kills the host needs of it."""

from typing import Protocol


class Killable(Protocol):
    """A process that can be killed."""

    @property
    def is_up(self) -> bool:
        """Whether there is something to kill."""
        ...

    def kill(self) -> None:
        """Kill it at once."""
        ...
