"""What an answer tells Twilio to do, by its type (twilio.com/docs/voice/twiml, messaging/twiml)."""

from dataclasses import dataclass
from typing import TypeVar

from deskphone.twiml.document import Dialect, Document, parse
from deskphone.twiml.source import TwimlError

TWIML_TYPES = ("text/xml", "application/xml", "text/html")
WRONG_TYPE = 12300


@dataclass(frozen=True)
class PlainText:
    """Words: spoken in a call, sent back as the reply to a text."""

    text: str


V = TypeVar("V")


def instructions_of(
    content_type: str, body: bytes, dialect: Dialect[V], *, plain_is_words: bool = False
) -> Document[V] | PlainText | None:
    """Return a document, or plain text, or None for an empty answer.

    In a call a document may come as text/plain; for a text that is always the words of the reply.
    Raise TwimlError for what cannot be run.
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
    raise TwimlError(WRONG_TYPE, f"An answer of type {content_type or '(none)'} is not TwiML")
