"""Texts and their media."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from deskphone.records.instructions import Direction

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
LOST_MESSAGE = frozenset({"undelivered", "failed", "canceled"})
"""The states of a text that never reaches the recipient's phone."""
ENDED_MESSAGE = frozenset({"delivered", "received"}) | LOST_MESSAGE

BODY_LIMIT = 1600
"""The most characters that a text may have."""
MEDIA_LIMIT = 10

OPTED_OUT = 21610
OPTED_OUT_REFUSAL = "Attempt to send to unsubscribed recipient"
"""Twilio's code and message for a text to a person who has opted out of the sender's texts."""

NO_SENDERS = 21704
NO_SENDERS_REFUSAL = "The Messaging Service contains no phone numbers"
"""Twilio's code and message for a messaging service whose number was released."""


REPLY_LOOP = 14107
FAILURES = {
    OPTED_OUT: OPTED_OUT_REFUSAL,
    NO_SENDERS: NO_SENDERS_REFUSAL,
    REPLY_LOOP: "SMS send rate limit exceeded",
}
"""What a failed text says about its error code."""


@dataclass(frozen=True)
class Media:
    """A file that comes with a text; the URL is the sender's. `serial` counts them from 0."""

    sid: str
    url: str
    content_type: str
    serial: int


@dataclass(frozen=True)
class Message:
    """One text. Numbers are E.164; `sender` is None until a messaging service has chosen one.

    `send_at` is the time that it is scheduled for.
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
