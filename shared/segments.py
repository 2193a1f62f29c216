"""Count the segments of a text, which is what Twilio bills."""

from collections.abc import Iterable
from functools import cache

_GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_EXTENSION = frozenset("^{}\\[]~|€\f")
_GSM = _GSM_BASIC | _GSM_EXTENSION

# What Twilio's smart encoding replaces, by replacement; full-width ASCII and small capitals follow.
# https://www.twilio.com/docs/messaging/services/smart-encoding-char-list
_LOOK_ALIKES = {
    " ": (
        "\x09\x80\x8d\x90\x9b\x9f\xa0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007"
        "\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
    ),
    "!": "\u01c3\ufe15\ufe57\uff01",
    '"': "\xab\xbb\u02ba\u02ee\u201c\u201d\u201e\u201f\u275d\u275e\u301d\u301e\uff02",
    "#": "\ufe5f\uff03",
    "$": "\ufe69\uff04",
    "%": "\ufe6a\uff05",
    "&": "\ufe60\uff06",
    "'": (
        "`\xb4\u02b9\u02bb\u02bc\u02bd\u02c8\u02ca\u02cb\u0313\u0314\u2018\u2019"
        "\u201b\u275b\u275c\ufe10\ufe11\uff07"
    ),
    "(": "\u2768\u276a\u27ee\u2985\ufe59\uff08",
    ")": "\u2769\u276b\u27ef\u2986\ufe5a\uff09",
    "*": (
        "\u204e\u2217\u229b\u2722\u2723\u2724\u2725\u2731\u2732\u2733\u273a\u273b\u273c"
        "\u273d\u2743\u2749\u274a\u274b\u29c6\ufe61\uff0a"
    ),
    "+": "\u02d6\ufe62\uff0b",
    ",": "\u0326\u201a\u3001\ufe50\ufe51\uff0c\uff64",
    "-": "\u2010\u2013\u2014\u2015\u2022\u2043\u23bc\u23bd\ufe63\uff0d",
    ".": "\u3002\ufe52\uff0e\uff61",
    "/": "\xf7\u0337\u0338\u2044\u2215\u29f8\uff0f",
    ":": "\u02d0\u02f8\u2982\ua789\ufe13\uff1a",
    ";": "\u204f\ufe14\ufe54\uff1b",
    "<": "\u203a\ufe64\uff1c",
    "=": "\u0347\ua78a\ufe66\uff1d",
    ">": "\u2039\ufe65\uff1e",
    "?": "\ufe16\ufe56\uff1f",
    "@": "\ufe6b\uff20",
    "[": "\uff3b",
    "\\": "\u20e5\u29f5\u29f9\ufe68\uff3c",
    "]": "\uff3d",
    "^": "\u02c6\u0302\u1dcd\uff3e",
    "_": "\u0332\u2017\uff3f",
    "{": "\u2774\ufe5b\uff5b",
    "|": "\u20d2\u20d3\u2223\u239c\u239f\u23b8\u23b9\u23d0\uff5c",
    "}": "\u2775\ufe5c\uff5d",
    "~": "\u02dc\u02f7\u0303\u0330\u0334\u223c\uff5e",
    "!!": "\u203c",
    "...": "\u2026",
    "1/2": "\xbd",
    "1/4": "\xbc",
    "3/4": "\xbe",
    "": "\x00\x03\x04\x10\x11\x12\x13\x14\x17\x19\u200b\u2060\ufeff",
}
_SMALL_CAPITALS = dict(
    zip(
        "ABCDEFGHIJKLMNOPRSTUVWYZ",
        "\u1d00\u0299\u1d04\u1d05\u1d07\ua730\u0262\u029c\u026a\u1d0a\u1d0b\u029f"
        "\u1d0d\u0274\u1d0f\u1d18\u0280\ua731\u1d1b\u1d1c\u1d20\u1d21\u028f\u1d22",
        strict=True,
    )
)
_FULL_WIDTH = {sign: chr(ord(sign) + 0xFEE0) for sign in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"}


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


def count_smart_segments(text: str) -> int:
    """Return the number of segments that a text from a messaging service needs.

    A service replaces typographic characters by default, if that makes the text GSM-7: "Smart
    Encoding" (twilio.com/blog/copilot-just-got-even-smarter-announcing-smart-encoding-html).
    """
    encoded = smart_encoded(text)
    return count_segments(encoded if is_gsm(encoded) else text)


def smart_encoded(text: str) -> str:
    """Replace typographic characters, such as curly quotes and dashes, with plain ones."""
    return text.translate(_smart_table())


@cache
def _smart_table() -> dict[int, str]:
    tables = (_LOOK_ALIKES, _SMALL_CAPITALS, _FULL_WIDTH)
    return {ord(c): plain for table in tables for plain, signs in table.items() for c in signs}


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
