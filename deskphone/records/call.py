"""Calls, and what is wished for them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from deskphone.records.instructions import Direction, Instructions, StatusCallback

CallStatus = Literal[
    "queued", "ringing", "in-progress", "completed", "busy", "no-answer", "failed", "canceled"
]

Want = Literal["keys", "speech", "recording"]
"""What the app waits for from the person in a call."""

ENDED_CALL = frozenset({"completed", "busy", "no-answer", "failed", "canceled"})

CALL_EVENTS = ("initiated", "ringing", "answered", "completed")
"""What can be reported of a call."""

Track = Literal["inbound", "outbound", "both"]
"""What of a call is recorded: what Twilio hears, what it says, or both."""


@dataclass(frozen=True)
class Entry:
    """One line of a call's timeline; `at_s` counts seconds since the call was created."""

    at_s: float
    kind: Literal["event", "verb"]
    name: str
    text: str = ""
    attributes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class RecordingOptions:
    """How a call is recorded."""

    channels: int = 1
    track: Track = "both"
    callback: StatusCallback | None = None


@dataclass(frozen=True)
class MachineDetection:
    """How to find out whether a person or a machine has answered.

    `to_the_end` waits for the end of a machine's greeting, `beside` lets the call begin meanwhile;
    then the result goes to `callback`.
    """

    to_the_end: bool
    timeout_s: int
    beside: bool
    callback: StatusCallback | None = None


@dataclass(frozen=True)
class Call:
    """One call; `timeout_s` is how long it may ring, `reports` and `entries` count all there were.

    `timeline` holds the last entries, `reports` were sent to `callback`. `connected_to` is the call
    that this one talks with now, `parent_call_sid` the one that dialed it. `answered_by` is known
    after `detection_s`, if `machine_detection` was asked for.
    """

    sid: str
    to: str
    sender: str
    direction: Direction
    status: CallStatus
    created: datetime
    updated: datetime
    instructions: Instructions
    callback: StatusCallback | None = None
    phone_number_sid: str | None = None
    timeout_s: int = 60
    time_limit_s: int = 14400
    dialed: datetime | None = None
    answered: datetime | None = None
    ended: datetime | None = None
    parent_call_sid: str | None = None
    answered_by: str | None = None
    detection_s: int | None = None
    send_digits: str = ""
    recording: RecordingOptions | None = None
    machine_detection: MachineDetection | None = None
    connected_to: str | None = None
    wants: tuple[Want, ...] = ()
    reports: int = 0
    timeline: tuple[Entry, ...] = ()
    entries: int = 0

    @property
    def person(self) -> str:
        """The number of the person in the call: who rang the app, or whom the app rings."""
        return self.sender if self.direction == "inbound" else self.to

    @property
    def duration_s(self) -> int:
        """Seconds from answer to end, 0 when it was never answered."""
        if self.answered is None or self.ended is None:
            return 0
        return round((self.ended - self.answered).total_seconds())
