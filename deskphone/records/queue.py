"""Queues and their members."""

from dataclasses import dataclass
from datetime import datetime

QUEUE_SIZE = 1000
QUEUE_SIZE_MAX = 5000
"""How many calls a queue holds by default, and at most."""
QUEUE_NAME_LIMIT = 64


@dataclass(frozen=True)
class Member:
    """A call that is waiting in a queue; `number` is the person's.

    `serial` grows with each call that joins any queue.
    """

    call_sid: str
    queue_sid: str
    number: str
    since: datetime
    serial: int

    @property
    def sid(self) -> str:
        """The SID that identifies a member: that of its call."""
        return self.call_sid


@dataclass(frozen=True)
class Queue:
    """A first-in, first-out queue of calls."""

    sid: str
    friendly_name: str
    max_size: int
    created: datetime
    updated: datetime
    members: tuple[Member, ...] = ()
