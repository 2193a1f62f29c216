"""What an answer tells Twilio to do, by its type (twilio.com/docs/voice/twiml, messaging/twiml)."""

from dataclasses import dataclass
from typing import TypeVar

from deskphone.twiml.document import Dialect, Document, parse
from deskphone.twiml.reading import TwimlError
from deskphone.webhooks.webhook import Answer

TWIML_TYPES = ("text/xml", "application/xml", "text/html")
WRONG_TYPE = 12300

V = TypeVar("V")


@dataclass(frozen=True)
class PlainText:
    """Words: spoken in a call, sent back as the reply to a text."""

    text: str


def instructions_of(
    answer: Answer, dialect: Dialect[V], *, plain_is_words: bool = False
) -> Document[V] | PlainText | None:
    """Return a document, or plain text, or None for an empty answer.

    In a call a document may come as text/plain; for a text that is always the words of the reply.
    Raise TwimlError for what cannot be run.
    """
    if not answer.body.strip():
        return None
    if answer.content_type in TWIML_TYPES:
        return parse(answer.body, dialect)
    if answer.content_type == "text/plain":
        try:
            return PlainText(answer.text.strip()) if plain_is_words else parse(answer.body, dialect)
        except TwimlError:
            return PlainText(answer.text.strip())
    raise TwimlError(WRONG_TYPE, f"An answer of type {answer.content_type or '(none)'} is no TwiML")
