"""What the emulator remembers.

Plain records without behaviour. `wire` turns them into Twilio's JSON.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Direction = Literal["inbound", "outbound-api", "outbound-reply"]
MessageStatus = Literal[
    "accepted", "queued", "sent", "delivered", "undelivered", "failed", "receiving", "received"
]
CallStatus = Literal[
    "queued", "ringing", "in-progress", "completed", "busy", "no-answer", "failed", "canceled"
]
ENDED_CALL = frozenset({"completed", "busy", "no-answer", "failed", "canceled"})
ENDED_MESSAGE = frozenset({"delivered", "undelivered", "failed", "received"})


@dataclass(frozen=True)
class Message:
    """One text. Numbers are E.164; `sender` is None until a messaging service has chosen one."""

    sid: str
    to: str
    sender: str | None
    body: str
    direction: Direction
    status: MessageStatus
    created: datetime
    updated: datetime
    segments: int
    media: tuple[str, ...] = ()
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
class Call:
    """One call; `timeout_s` is how long it may ring, `reports` and `entries` count all there were.

    `timeline` holds the last entries, `reports` were sent to `callback`.
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
    reports: int = 0
    gathering: bool = False
    timeline: tuple[Entry, ...] = ()
    entries: int = 0

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


type Record = Message | Call | PhoneNumber | Delivery | Alert
"""Everything that is kept; each has a SID."""
