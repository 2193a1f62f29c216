"""Decode the path of a request, and encode it again, as Azure's host does."""

import re
from urllib.parse import quote, unquote_to_bytes

ESCAPES = re.compile("(?:%[0-9a-fA-F]{2})+")
# The server doesn't decode an encoded slash, so that it doesn't split a segment.
ENCODED_SLASH = re.compile("(%2f)", re.IGNORECASE)
KEPT = re.compile(r"(%[0-9a-fA-F]{2}|[A-Za-z0-9!$&'()*+,\-./:;=@_~]+)")
PLAIN = re.compile(r"[A-Za-z0-9!$&'()*+,\-./:;=@_~]*")
LONGEST_CHARACTER = 4  # bytes of UTF-8


class PathError(Exception):
    """The path of a request can't be decoded."""


def decode_path(raw_path: str) -> str:
    """Return a path, as sent and without its query, decoded and without dot segments.

    Escapes that aren't UTF-8 stay as sent. Raises PathError for an encoded NUL.
    """
    if "%" in raw_path:
        if "%00" in raw_path:
            raise PathError
        raw_path = ESCAPES.sub(_decode_escapes, raw_path)
    return remove_dots(raw_path) if "/." in raw_path else raw_path


def _decode_escapes(found: re.Match[str]) -> str:
    parts = ENCODED_SLASH.split(found[0])
    return "".join(part if ENCODED_SLASH.fullmatch(part) else _decode_run(part) for part in parts)


def _decode_run(escapes: str) -> str:
    """Decode a run of escapes, character by character; keep those that aren't UTF-8."""
    data, text, at = unquote_to_bytes(escapes), "", 0
    while at < len(data):
        for size in range(1, LONGEST_CHARACTER + 1):
            try:
                text += data[at : at + size].decode()
            except UnicodeDecodeError:
                continue
            at += size
            break
        else:
            text += escapes[3 * at : 3 * at + 3]
            at += 1
    return text


def remove_dots(path: str) -> str:
    """Resolve `.` and `..` segments, like RFC 3986, 5.2.4."""
    kept: list[str] = []
    segments = path.split("/")
    for segment in segments[1:]:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in {".", ".."}:
        kept.append("")
    return "/" + "/".join(kept)


def encode_path(path: str) -> str:
    """Return a decoded path for a URL. What still looks like an escape stays as it is."""
    if PLAIN.fullmatch(path):
        return path
    return "".join(
        part if number % 2 else quote(part, safe="") for number, part in enumerate(KEPT.split(path))
    )
