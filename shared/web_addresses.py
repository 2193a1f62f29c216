"""Checks of the http(s) URLs that callers hand over for Twilio to fetch."""

import re
from urllib.parse import urlsplit

from shared.errors import InvalidRequestError
from shared.local_stack import is_loopback

MAX_CHARS = 4000
# Blanks, controls and everything outside ASCII have to be percent-encoded in a URL (RFC 3986).
_URL_CHARACTERS = re.compile(r"[!-~]+")


def media_url(text: str, *, field: str) -> str:
    """Return an absolute http(s) URL; else raise InvalidRequestError naming `field`."""
    if not _is_absolute(text):
        raise InvalidRequestError(f"`{field}` must be http(s) URLs, percent-encoded", field=field)
    return text


def twiml_url(text: str, *, has_local_stack: bool, field: str) -> str:
    """Return an https URL; with a local stack, http on loopback passes as well.

    The documents of a call decide what it says and whom it dials, so they never travel in clear.
    """
    is_https = _is_absolute(text) and text.lower().startswith("https:")
    if not is_https and not (has_local_stack and _is_absolute(text) and is_loopback(text)):
        raise InvalidRequestError(f"`{field}` must be an https URL, percent-encoded", field=field)
    return text


def _is_absolute(text: str) -> bool:
    if len(text) > MAX_CHARS or not _URL_CHARACTERS.fullmatch(text):
        return False
    try:
        parts = urlsplit(text)
        port_is_valid = parts.port is None or parts.port > 0
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and port_is_valid
