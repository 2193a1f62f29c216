"""How many segments Twilio counts for a text (3GPP TS 23.038).

Source of the limits: twilio.com/docs/glossary/what-sms-character-limit.

Written apart from the app's own count on purpose: a test lets the two judge each other.
"""

from collections.abc import Sequence

GSM_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_ESCAPED = "\f^{}\\[~]|€"
WIDTH_OF_GSM = dict.fromkeys(GSM_BASIC, 1) | dict.fromkeys(GSM_ESCAPED, 2)


def segments_of(body: str, media: Sequence[str]) -> int:
    """Return what Twilio reports: a text with media is not divided."""
    return 1 if media else count_segments(body)


def count_segments(body: str) -> int:
    """Return the number of segments of a text, 1 for an empty one."""
    if all(character in WIDTH_OF_GSM for character in body):
        return _count([WIDTH_OF_GSM[character] for character in body], alone=160, joined=153)
    return _count([1 if ord(character) < 0x10000 else 2 for character in body], alone=70, joined=67)


def _count(widths: list[int], alone: int, joined: int) -> int:
    if sum(widths) <= alone:
        return 1
    segments, room = 1, joined
    for width in widths:
        if width > room:
            segments, room = segments + 1, joined
        room -= width
    return segments
