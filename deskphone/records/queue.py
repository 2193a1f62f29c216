"""Queues and who waits in them."""

from dataclasses import dataclass
from datetime import datetime

QUEUE_SIZE = 1000
QUEUE_SIZE_MAX = 5000
"""How many calls a queue holds: unless it is told otherwise, and at most."""
QUEUE_NAME_LIMIT = 64


@dataclass(frozen=True)
class Member:
    """A call that waits in a queue; `number` is the person's."""

    call_sid: str
    queue_sid: str
    number: str
    since: datetime

    @property
    def sid(self) -> str:
        """The SID by which Twilio finds a member: that of its call."""
        return self.call_sid


@dataclass(frozen=True)
class Queue:
    """A queue of calls, the first to come at the front."""

    sid: str
    friendly_name: str
    max_size: int
    created: datetime
    updated: datetime
    members: tuple[Member, ...] = ()
