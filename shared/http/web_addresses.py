"""Checks of the http(s) URLs that callers hand over for Twilio to fetch.

Twilio resolves their names, so a name that is public here may still lead anywhere. What can be
told from the text alone is refused: addresses instead of names, and names that no public DNS has.
"""

import re
from urllib.parse import urlsplit

from shared.config.local_stack import is_loopback
from shared.errors import InvalidRequestError

MAX_CHARS = 4000
# What RFC 3986 allows in a URL: an authority, then, from `/`, `?` or `#` on, the rest. A backslash
# is not in it: browsers read it as a slash, others do not, and then two readers see two hosts.
# A `*+` gives nothing back, so that no text is read in two ways.
_URL = re.compile(
    r"https?://([A-Za-z0-9._~:\[\]@!$&'()*+,;=%-]*+)[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]*+",
    re.IGNORECASE,
)
# A user and a password may stand before the host, for servers that ask for them (Twilio: security).
_AUTHORITY = re.compile(r"(?:[A-Za-z0-9._~!$&'()*+,;=:%-]*+@)?([A-Za-z0-9.-]++)(?::([0-9]{1,5}))?")
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
# The last label begins with a letter, so no notation of an address fits: 127.1, 0x7f.1, 2130706433.
_PUBLIC_NAME = re.compile(rf"(?:{_LABEL}\.)+(?=[a-z]){_LABEL}")
_MAX_NAME_CHARS = 253
# Sources: RFC 6761 (invalid, localhost, test), 6762 and its appendix G, 7686 (onion), 8375
# (home.arpa), 9476 (alt); ICANN has set `internal` aside. `example` is free for documents.
_NOT_PUBLIC = (
    "alt",
    "arpa",
    "corp",
    "home",
    "internal",
    "intranet",
    "invalid",
    "lan",
    "local",
    "localdomain",
    "localhost",
    "onion",
    "private",
    "test",
)


def media_url(text: str, *, has_local_stack: bool, field: str) -> str:
    """Return an http(s) URL of a public host; else raise InvalidRequestError naming `field`.

    With a local stack, loopback passes as well.
    """
    if not (_is_public(text) or (has_local_stack and _is_on_this_machine(text))):
        raise InvalidRequestError(
            f"`{field}` must be an http(s) URL with a public host name. Percent-encode it, and "
            f"use at most {MAX_CHARS} characters.",
            field=field,
        )
    return text


def twiml_url(text: str, *, has_local_stack: bool, field: str) -> str:
    """Return an https URL of a public host; else raise InvalidRequestError naming `field`.

    The documents of a call decide what it says and whom it dials, so they never travel in clear.
    With a local stack, http and https on loopback pass as well.
    """
    is_https = text[:6].lower() == "https:" and _is_public(text)
    if not (is_https or (has_local_stack and _is_on_this_machine(text))):
        raise InvalidRequestError(
            f"`{field}` must be an https URL with a public host name. Percent-encode it, and "
            f"use at most {MAX_CHARS} characters.",
            field=field,
        )
    return text


def _is_public(text: str) -> bool:
    """Whether it is an http(s) URL whose host is a name that the public DNS may have."""
    url = _URL.fullmatch(text) if len(text) <= MAX_CHARS else None
    authority = _AUTHORITY.fullmatch(url[1]) if url else None
    if authority is None or not 0 < int(authority[2] or 443) <= 65_535:
        return False
    name = authority[1].lower()
    is_name = len(name) <= _MAX_NAME_CHARS and _PUBLIC_NAME.fullmatch(name)
    return bool(is_name) and name.rpartition(".")[2] not in _NOT_PUBLIC


def _is_on_this_machine(text: str) -> bool:
    if len(text) > MAX_CHARS or not _URL.fullmatch(text):
        return False
    try:
        port_is_valid = urlsplit(text).port != 0
    except ValueError:
        return False
    return port_is_valid and is_loopback(text)
