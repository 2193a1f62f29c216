"""A new text: its SID, its media, and its number of segments.

Segments: 3GPP TS 23.038 and twilio.com/docs/glossary/what-sms-character-limit. It is deliberately
independent of an app's own count, so that a test can compare the two.
"""

import mimetypes
from collections.abc import Sequence
from datetime import datetime

from deskphone.account.smart_encoding import smart_encoded
from deskphone.account.store import new_sid
from deskphone.records.instructions import Direction
from deskphone.records.message import Media, Message, MessageStatus

GSM_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_ESCAPED = "\f^{}\\[~]|€"
WIDTH_OF_GSM = dict.fromkeys(GSM_BASIC, 1) | dict.fromkeys(GSM_ESCAPED, 2)


def new_text(
    now: datetime,
    sender: str | None,
    to: str,
    body: str,
    media: Sequence[str],
    direction: Direction,
    status: MessageStatus,
    *,
    by_service: bool = False,
) -> Message:
    """Return the record of a new text; `media` are URLs.

    Nothing is fetched: media types are guessed from the file names. A text with media counts as one
    segment. Smart encoding counts for a text sent `by_service`, a messaging service.
    """
    return Message(
        sid=new_sid("MM" if media else "SM"),
        to=to,
        sender=sender,
        body=body,
        direction=direction,
        status=status,
        created=now,
        updated=now,
        segments=_segments(media, direction) or count_segments(body, by_service=by_service),
        media=tuple(
            Media(new_sid("ME"), url, mimetypes.guess_type(url)[0] or "image/jpeg", serial)
            for serial, url in enumerate(media)
        ),
    )


def _segments(media: Sequence[str], direction: Direction) -> int:
    """Return the segments of an MMS, 0 for an SMS; of a received one, Twilio counts the media."""
    return len(media) if direction == "inbound" else min(len(media), 1)


def count_segments(body: str, *, by_service: bool = False) -> int:
    """Return the number of segments in a text; 1 if it is empty."""
    if by_service and _is_gsm(encoded := smart_encoded(body)):
        body = encoded
    if _is_gsm(body):
        return _count([WIDTH_OF_GSM[character] for character in body], alone=160, joined=153)
    return _count([1 if ord(character) < 0x10000 else 2 for character in body], alone=70, joined=67)


def _is_gsm(body: str) -> bool:
    return all(character in WIDTH_OF_GSM for character in body)


def _count(widths: list[int], alone: int, joined: int) -> int:
    if sum(widths) <= alone:
        return 1
    segments, room = 1, joined
    for width in widths:
        if width > room:
            segments, room = segments + 1, joined
        room -= width
    return segments
