"""What the emulator remembers.

Plain records without behaviour. `wire` turns them into Twilio's JSON.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Direction = Literal["inbound", "outbound-api", "outbound-reply", "outbound-call", "outbound-dial"]
"""`outbound-call` is a text that a call sent, `outbound-dial` a call that a call dialled."""
MessageStatus = Literal[
    "accepted",
    "scheduled",
    "queued",
    "sent",
    "delivered",
    "undelivered",
    "failed",
    "receiving",
    "received",
    "canceled",
]
CallStatus = Literal[
    "queued", "ringing", "in-progress", "completed", "busy", "no-answer", "failed", "canceled"
]
Want = Literal["keys", "speech", "recording"]
"""What the app waits for from the person in a call."""
ENDED_CALL = frozenset({"completed", "busy", "no-answer", "failed", "canceled"})
ENDED_MESSAGE = frozenset({"delivered", "undelivered", "failed", "received", "canceled"})


@dataclass(frozen=True)
class Media:
    """A picture or the like that comes with a text: the URL is the sender's."""

    sid: str
    url: str
    content_type: str


@dataclass(frozen=True)
class Message:
    """One text. Numbers are E.164; `sender` is None until a messaging service has chosen one.

    `send_at` is the time for which it was scheduled.
    """

    sid: str
    to: str
    sender: str | None
    body: str
    direction: Direction
    status: MessageStatus
    created: datetime
    updated: datetime
    segments: int
    media: tuple[Media, ...] = ()
    send_at: datetime | None = None
    sent: datetime | None = None
    error_code: int | None = None
    messaging_service_sid: str | None = None
    status_callback: str = ""


@dataclass(frozen=True)
class Entry:
    """One line of a call's timeline; `at_s` counts seconds since the call was created."""

    at_s: float
    kind: Literal["event", "verb"]
    name: str
    text: str = ""
    attributes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class StatusCallback:
    """Where and when a call's progress is reported."""

    url: str
    method: str = "POST"
    events: tuple[str, ...] = ("completed",)


@dataclass(frozen=True)
class Instructions:
    """Where a call's TwiML comes from: a URL with its fallback, or the document itself."""

    url: str = ""
    method: str = "POST"
    fallback_url: str = ""
    fallback_method: str = "POST"
    twiml: str = ""


@dataclass(frozen=True)
class Music:
    """What a call hears while it waits: `url` is None for Twilio's own music, "" for silence."""

    url: str | None = None
    method: str = "POST"


Track = Literal["inbound", "outbound", "both"]
"""What of a call is recorded: what Twilio hears, what it says, or both."""


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
    that this one talks with now, `parent_call_sid` the one that dialled it. `answered_by` is known
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
    dialled: datetime | None = None
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


@dataclass(frozen=True)
class PhoneNumber:
    """A number of the account (IncomingPhoneNumber) and where its texts and calls go."""

    sid: str
    phone_number: str
    friendly_name: str
    created: datetime
    updated: datetime
    voice_url: str = ""
    voice_method: str = "POST"
    voice_fallback_url: str = ""
    voice_fallback_method: str = "POST"
    sms_url: str = ""
    sms_method: str = "POST"
    sms_fallback_url: str = ""
    sms_fallback_method: str = "POST"
    status_callback: str = ""
    status_callback_method: str = "POST"


@dataclass(frozen=True)
class Recording:
    """A recording of a call or conference.

    `number` is the person's who was recorded, `duration_s` is None until it is over. `paused` is
    since when it leaves out what is said, `skipped_s` what it has left out before; `error_code`
    says why there is no sound.
    """

    sid: str
    call_sid: str
    number: str
    source: str
    created: datetime
    updated: datetime
    status: Literal["in-progress", "paused", "processing", "completed", "absent"] = "in-progress"
    channels: int = 1
    duration_s: int | None = None
    conference_sid: str | None = None
    callback: StatusCallback | None = None
    track: Track = "both"
    error_code: int | None = None
    paused: datetime | None = None
    skipped_s: float = 0


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


@dataclass(frozen=True)
class Participant:
    """A call in a conference; `number` is the person's.

    `waiting` until the conference starts, `joined` unless its phone still rings. `starts` and
    `ends` tell whether the conference does so with this participant.
    """

    call_sid: str
    conference_sid: str
    number: str
    created: datetime
    updated: datetime
    label: str | None = None
    muted: bool = False
    hold: bool = False
    waiting: bool = False
    joined: bool = True
    coaching: str | None = None
    starts: bool = True
    ends: bool = False

    @property
    def sid(self) -> str:
        """The SID by which Twilio finds a participant: that of its call."""
        return self.call_sid


@dataclass(frozen=True)
class Conference:
    """A conference; it starts when two are in it and one of them starts it."""

    sid: str
    friendly_name: str
    created: datetime
    updated: datetime
    status: Literal["init", "in-progress", "completed"] = "init"
    participants: tuple[Participant, ...] = ()
    reason_ended: str | None = None
    call_sid_ending: str | None = None


@dataclass(frozen=True)
class Delivery:
    """One request that the emulator made to a webhook. `status` is None until an answer came."""

    sid: str
    resource_sid: str
    purpose: str
    method: str
    url: str
    form: tuple[tuple[str, str], ...]
    signed: bool
    at: datetime
    attempt: int
    status: int | None = None
    answer: str = ""
    content_type: str = ""
    duration_ms: float | None = None
    error: str = ""


@dataclass(frozen=True)
class Alert:
    """What Twilio's debugger would show.

    `kind` "emulator" is a gap of ours and has no Twilio code.
    """

    sid: str
    resource_sid: str
    at: datetime
    level: Literal["error", "warning"]
    kind: Literal["twilio", "emulator"]
    code: int | None
    message: str


type Record = Message | Call | PhoneNumber | Recording | Queue | Conference | Delivery | Alert
"""Everything that is kept; each has a SID."""
