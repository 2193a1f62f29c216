"""TwimlReply: reply to an incoming text and forward it."""

import unicodedata
from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING, NamedTuple

from twilio.twiml.messaging_response import Message, MessagingResponse

from shared.segments import smart_encoded
from shared.twilio_limits import MAX_BODY_CHARS, MAX_MEDIA
from shared.xml_text import xml_text

if TYPE_CHECKING:
    from shared.answers.facts import Facts

UNPROVEN = (
    "Someone texted this line. The text isn't forwarded because the number's webhook uses GET. "
    "Read it in Twilio's console. Set the webhook to POST to get texts."
)

_OTHER_MARKS = "^<>"
_VARIATIONS = range(0xFE00, 0xFE10)


class Forwarding(NamedTuple):
    """A text to forward to `number`: its words, and the URLs of its media.

    `urls_apart` are of media that Twilio may fail to fetch. They go into a message of their own,
    because Twilio doesn't send the words of a message without its media.
    """

    number: str
    text: str
    media_urls: Sequence[str] = ()
    urls_apart: Sequence[str] = ()


def reply(
    text: str, media_urls: Sequence[str] = (), forwarding: Forwarding | None = None
) -> MessagingResponse:
    """Reply with `text`, cut to the limit for one message, and forward the incoming text.

    Send no reply for a blank text without media.
    """
    response = MessagingResponse()
    body = xml_text(text).strip()[:MAX_BODY_CHARS]
    if body or media_urls:
        _send(response, body, media_urls)
    if forwarding is not None:
        _forward(response, forwarding)
    return response


def keyword_answer(keywords: Mapping[str, str], body: str) -> str | None:
    """Return the answer for the keyword that `body` equals or else starts with, or None.

    Ignore case, and what phones add: punctuation around a word, curly quotes, invisible characters,
    and the way accents are encoded.
    """
    answers = {_bare(word): answer for word, answer in keywords.items()}
    answers |= {_plain(word): answer for word, answer in keywords.items()}  # `#` and `*` differ
    text = _plain(body)
    first_word = next(iter(_bare(text).split()), "")
    forms = (text, _bare(text), _bare(first_word))
    return next((answers[form] for form in forms if form in answers), None)


def forwarding(
    number: str, facts: "Facts", media_urls: Sequence[str] = (), urls_apart: Sequence[str] = ()
) -> Forwarding:
    """Return a text's sender, words and media; only a notice if Twilio didn't post the text.

    Otherwise a URL could put words into anyone's mouth.
    """
    sender = facts.posted("From")
    if sender is None:
        return Forwarding(number, UNPROVEN)
    body = xml_text(facts.posted("Body") or "").strip()
    text = f"From {xml_text(sender)}{f': {body}' if body else ''}"
    return Forwarding(number, text, media_urls, urls_apart)


def media_of(facts: "Facts") -> list[tuple[str, str]]:
    """Return the URL and the type of each picture or file that came with a text."""
    urls, types = _numbered(facts, "MediaUrl"), _numbered(facts, "MediaContentType")
    return [*zip_longest(urls, types[: len(urls)], fillvalue="")]


def acknowledgement(facts: "Facts") -> str:
    """Return a reply that says what arrived: the text, and how many pictures or files."""
    if facts.posted("MessageSid") is None:
        return "Your message has arrived."
    body = facts.posted("Body") or ""
    parts = [f"You wrote: {body}"] if body.strip() else []
    media_types = _numbered(facts, "MediaContentType")
    if media_types:
        parts.append(f"You sent {_counted(media_types)}.")
    return "\n".join(parts) or "You sent an empty message."


def _forward(response: MessagingResponse, forwarding: Forwarding) -> None:
    """Send the words and media; put what doesn't fit into one message into a second one."""
    text = forwarding.text
    first, rest = text[:MAX_BODY_CHARS], text[MAX_BODY_CHARS : 2 * MAX_BODY_CHARS]
    _send(response, first, forwarding.media_urls, to=forwarding.number)
    if rest.strip():
        _send(response, rest, (), to=forwarding.number)
    if forwarding.urls_apart:
        _send(response, "", forwarding.urls_apart, to=forwarding.number)


def _send(
    response: MessagingResponse, body: str, media_urls: Sequence[str], to: str | None = None
) -> None:
    if not media_urls:
        response.message(body, to=to)
        return
    message = Message(to=to)
    response.append(message)
    if body:
        message.body(body)
    for url in media_urls[:MAX_MEDIA]:
        message.media(url)


def _plain(words: str) -> str:
    """Return visible characters in one form, without case and with single spaces."""
    plain = smart_encoded(unicodedata.normalize("NFC", words))
    signs = unicodedata.normalize("NFKC", plain)
    visible = "".join(sign for sign in signs if not _is_invisible(sign))
    return " ".join(visible.split()).casefold()


def _bare(words: str) -> str:
    """Return plain words without the punctuation around them, unless there is nothing else."""
    plain = _plain(words)
    letters = [index for index, sign in enumerate(plain) if not _is_punctuation(sign)]
    return plain[letters[0] : letters[-1] + 1] if letters else plain


def _is_invisible(sign: str) -> bool:
    return unicodedata.category(sign) == "Cf" or ord(sign) in _VARIATIONS


def _is_punctuation(sign: str) -> bool:
    return sign.isspace() or unicodedata.category(sign)[0] == "P" or sign in _OTHER_MARKS


def _numbered(facts: "Facts", name: str) -> list[str]:
    """Return the fields `name0`, `name1`, ... of a text with media."""
    indexes = range(MAX_MEDIA) if facts.posted("NumMedia") not in (None, "0") else ()
    values = [facts.posted(f"{name}{index}") for index in indexes]
    return [value for value in values if value is not None]


def _counted(media_types: list[str]) -> str:
    is_pictures = all(media_type.startswith("image/") for media_type in media_types)
    noun = "picture" if is_pictures else "file"
    return f"{len(media_types)} {noun}{'' if len(media_types) == 1 else 's'}"
