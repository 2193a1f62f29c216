"""Count the segments of a text, which is what Twilio bills."""

from collections.abc import Iterable

_GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_EXTENSION = frozenset("^{}\\[]~|€\f")
_GSM = _GSM_BASIC | _GSM_EXTENSION


def is_gsm(text: str) -> bool:
    """Return whether GSM-7 has every character in `text`."""
    return _GSM.issuperset(text)


def count_segments(text: str) -> int:
    """Return the number of segments that `text` needs; an empty text needs one.

    In GSM-7 (3GPP TS 23.038), a single segment holds 160 characters, and each of several segments
    holds 153; characters in the extension table count twice. Any other character switches the
    whole text to UCS-2: 70 UTF-16 units, or 67 in each of several segments. A pair (an escape and
    its character, or two surrogates) is never split.
    """
    if is_gsm(text):
        return _pack((2 if c in _GSM_EXTENSION else 1 for c in text), single=160, part=153)
    return _pack((2 if ord(c) > 0xFFFF else 1 for c in text), single=70, part=67)


def _pack(sizes: Iterable[int], *, single: int, part: int) -> int:
    """Fill segments in order without splitting a character."""
    widths = list(sizes)
    if sum(widths) <= single:
        return 1
    segments, used = 1, 0
    for width in widths:
        if used + width > part:
            segments, used = segments + 1, 0
        used += width
    return segments
