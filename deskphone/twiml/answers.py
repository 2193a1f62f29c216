"""Interpret a response by its content type (twilio.com/docs/voice/twiml, messaging/twiml)."""

from dataclasses import dataclass
from typing import TypeVar

from deskphone.twiml.document import Dialect, Document, parse
from deskphone.twiml.source import TwimlError

TWIML_TYPES = ("text/xml", "application/xml", "text/html")
WRONG_TYPE = 12300


@dataclass(frozen=True)
class PlainText:
    """Plain text: spoken in a call, or sent as the reply to a text."""

    text: str


V = TypeVar("V")


def instructions_of(
    content_type: str, body: bytes, dialect: Dialect[V], *, plain_is_words: bool = False
) -> Document[V] | PlainText | None:
    """Return a document, plain text, or None for an empty response.

    In a call, a document may have the type text/plain; for a text, that is always the reply itself.
    Raise TwimlError for anything that can't be run.
    """
    if not body.strip():
        return None
    if content_type in TWIML_TYPES:
        return parse(body, dialect)
    if content_type == "text/plain":
        words = PlainText(body.decode("utf-8", "replace").strip())
        try:
            return words if plain_is_words else parse(body, dialect)
        except TwimlError:
            return words
    raise TwimlError(WRONG_TYPE, f"A response of type {content_type or '(none)'} isn't TwiML")
