"""Calls and their options."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from deskphone.records.instructions import Direction, Instructions, StatusCallback

CallStatus = Literal[
    "queued", "ringing", "in-progress", "completed", "busy", "no-answer", "failed", "canceled"
]

CALL_STATUSES: tuple[CallStatus, ...] = get_args(CallStatus)

Want = Literal["keys", "speech", "recording"]
"""What the app is waiting for from the person in a call."""

ENDED_CALL = frozenset({"completed", "busy", "no-answer", "failed", "canceled"})

CALL_EVENTS = ("initiated", "ringing", "answered", "completed")
"""Events that a status callback can report."""

Track = Literal["inbound", "outbound", "both"]
"""Which side of a call is recorded: what Twilio hears, what it says, or both."""
TRACKS: tuple[Track, ...] = get_args(Track)

RING_LONGER_S = 5
"""Twilio always adds this to the timeout of a <Dial> (voice/twiml/dial) and of a participant that
is called for a conference (OpenAPI); to that of other calls through REST, "for some call flows"."""

UNREACHABLE = 13224
UNREACHABLE_REFUSAL = "Dial: Twilio does not support calling this number or the number is invalid"
"""Twilio's code and message for a call to a number that no carrier reaches."""


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
    """How to detect whether a person or a machine has answered.

    `waits_for_end` waits for the end of a machine's greeting. `asynchronous` starts the call in the
    meantime and sends the result to `callback`.
    """

    waits_for_end: bool
    timeout_s: int
    asynchronous: bool
    callback: StatusCallback | None = None


@dataclass(frozen=True)
class Call:
    """One call. `timeout_s` is how long it may ring.

    `timeline` holds the last entries; `reports` counts those sent to `callback`. `connected_to` is
    the call that this one is talking to. `parent_call_sid` is the call that dialed it, and
    `called_via` the number which that one came in on. `answered_by` is known after `detection_s` if
    `machine_detection` was requested. `is_dialing` is whether a <Dial> rings other phones for it,
    or did, and nothing happened since. `parameters` are what a client gets with the call.
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
    called_via: str | None = None
    answered_by: str | None = None
    detection_s: int | None = None
    send_digits: str = ""
    recording: RecordingOptions | None = None
    machine_detection: MachineDetection | None = None
    connected_to: str | None = None
    is_dialing: bool = False
    parameters: tuple[tuple[str, str], ...] = ()
    wants: tuple[Want, ...] = ()
    reports: int = 0
    timeline: tuple[Entry, ...] = ()

    @property
    def person(self) -> str:
        """The number of the person in the call: the caller, or the person that the app calls."""
        return self.sender if self.direction == "inbound" else self.to

    @property
    def duration_s(self) -> int:
        """Seconds from answer to end; 0 if it was never answered."""
        if self.answered is None or self.ended is None:
            return 0
        return round((self.ended - self.answered).total_seconds())
