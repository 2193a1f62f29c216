"""TwimlReply: answer an incoming text."""

from collections.abc import Callable

from twilio.twiml.messaging_response import MessagingResponse

from shared.xml_text import xml_text

# Twilio's limits for one message.
MAX_BODY_CHARS = 1600
MAX_MEDIA = 10


def reply(text: str) -> MessagingResponse:
    """Send `text` back, cut to what one message holds; a blank text sends nothing."""
    response = MessagingResponse()
    body = xml_text(text).strip()[:MAX_BODY_CHARS]
    if body:
        response.message(body)
    return response


def acknowledgement(field: Callable[[str], str | None]) -> str:
    """Say what arrived: its text, and how many pictures or other files.

    `field` gives a field of Twilio's request: Body, NumMedia, MediaContentType0 and so on.
    """
    body = field("Body") or ""
    parts = [f"You wrote: {body}"] if body.strip() else []
    indexes = range(MAX_MEDIA) if field("NumMedia") not in (None, "0") else ()
    media_types = [field(f"MediaContentType{index}") for index in indexes]
    media_types = [media_type for media_type in media_types if media_type is not None]
    if media_types:
        parts.append(f"You sent {_counted(media_types)}.")
    return "\n".join(parts) or "You sent an empty message."


def _counted(media_types: list[str]) -> str:
    is_pictures = all(media_type.startswith("image/") for media_type in media_types)
    noun = "picture" if is_pictures else "file"
    return f"{len(media_types)} {noun}{'' if len(media_types) == 1 else 's'}"
