"""Where a call gets its instructions, and where its progress is reported."""

from dataclasses import dataclass
from typing import Literal

Direction = Literal["inbound", "outbound-api", "outbound-reply", "outbound-call", "outbound-dial"]
"""`outbound-call` is a text that a call sent, `outbound-dial` a call that a call dialed."""


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
    """What a waiting call hears: `url` is None for Twilio's own music and "" for silence."""

    url: str | None = None
    method: str = "POST"
