"""Where a call gets its instructions, and where its progress is reported."""

from dataclasses import dataclass
from typing import Literal, Protocol

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


class VoiceHandler(Protocol):
    """What handles incoming calls: a phone number or a TwiML application."""

    @property
    def voice_url(self) -> str: ...
    @property
    def voice_method(self) -> str: ...
    @property
    def voice_fallback_url(self) -> str: ...
    @property
    def voice_fallback_method(self) -> str: ...
    @property
    def status_callback(self) -> str: ...
    @property
    def status_callback_method(self) -> str: ...


class TextHandler(Protocol):
    """What handles incoming texts: a phone number or a TwiML application."""

    @property
    def sms_url(self) -> str: ...
    @property
    def sms_method(self) -> str: ...
    @property
    def sms_fallback_url(self) -> str: ...
    @property
    def sms_fallback_method(self) -> str: ...


def instructions_of(handler: VoiceHandler) -> Instructions:
    """Return the instructions for a call to this handler."""
    return Instructions(
        handler.voice_url,
        handler.voice_method,
        handler.voice_fallback_url,
        handler.voice_fallback_method,
    )


def callback_of(handler: VoiceHandler) -> StatusCallback | None:
    """Return where the end of a call to this handler is reported, if anywhere."""
    url = handler.status_callback
    return StatusCallback(url, handler.status_callback_method) if url else None


@dataclass(frozen=True)
class Music:
    """What a waiting call hears: `url` is None for Twilio's own music and "" for silence."""

    url: str | None = None
    method: str = "POST"
