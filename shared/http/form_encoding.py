"""Decode form data: a posted form or the query of a URL.

The result is the same as that of urllib's parse_qsl with blank values kept. parse_qsl handles each
`%` separately, so a form full of them blocks a worker; here the time depends only on the length.
The codec for quoted-printable does the work: its `=41` is the `%41` of a form.
"""

import re
from binascii import a2b_qp

Pairs = list[tuple[str, str]]

# Some people write `50% off`. A text has at most 1,600 characters.
MAX_LONE_SIGNS = 1600

_QUOTED_PRINTABLE = bytes.maketrans(b"%", b"=")
_LONE_SIGN = "%(?![0-9A-Fa-f]{2})"  # compiled on first use, to keep the import fast


def read_pairs(text: str, *, max_fields: int, errors: str, strict: bool = False) -> Pairs:
    """Return decoded names and values; `errors` is the codec's mode for bytes that aren't UTF-8.

    A field without `=` gets a blank value, and up to MAX_LONE_SIGNS `%` that encode nothing stay
    as they are; with `strict`, both raise ValueError. So do more than `max_fields` fields.
    """
    if text.count("&") >= max_fields:
        raise ValueError(f"it has more than {max_fields} fields")
    if not strict and "%" in text:
        text = re.sub(_LONE_SIGN, "%25", text, count=MAX_LONE_SIGNS)
    text = text.replace("+", " ")
    if "%" in text:
        text = decoded_but_signs(text.encode("utf-8", errors)).decode("utf-8", errors)
    pairs: Pairs = []
    for field in text.split("&"):
        name, sign, value = field.partition("=")
        if strict and not sign:
            raise ValueError("a field is missing its `=`")
        if field:
            pairs.append((_with_signs(name), _with_signs(value)))
    return pairs


def decoded_but_signs(encoded: bytes) -> bytes:
    """Decode all fields at once, except for encoded separators: `%26`, `%3D` and `%25`.

    Raise ValueError for a `%` that encodes nothing.
    """
    encoded = encoded.replace(b"%25", b"%2525").replace(b"%26", b"%2526")
    return percent_decoded(encoded.replace(b"%3D", b"%253D").replace(b"%3d", b"%253D"))


def percent_decoded(encoded: bytes) -> bytes:
    """Decode percent-encoding; raise ValueError for a `%` without two digits after it."""
    decoded = a2b_qp(encoded.replace(b"=", b"=3D").translate(_QUOTED_PRINTABLE))
    # Each `%41` is now two characters shorter; no other `%` is, unless a line ends after it.
    is_shorter = len(decoded) == len(encoded) - 2 * encoded.count(b"%")
    has_breaks = b"\n" in encoded or b"\r" in encoded
    if not is_shorter or (has_breaks and (b"%\n" in encoded or b"%\r" in encoded)):
        raise ValueError("a `%` is not followed by two hexadecimal digits")
    return decoded


def _with_signs(text: str) -> str:
    if "%" not in text:
        return text
    return text.replace("%26", "&").replace("%3D", "=").replace("%25", "%")
