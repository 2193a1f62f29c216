"""Check the http(s) URLs that callers give for Twilio to fetch.

Twilio resolves the host names, so a public name may still resolve to anything. These checks reject
what the URL alone shows: IP addresses, and names that don't exist in public DNS.
"""

import re
from urllib.parse import urlsplit

from shared.config.local_stack import is_loopback
from shared.errors import InvalidRequestError

MAX_CHARS = 4000
# The characters that RFC 3986 allows in a URL: an authority, then the rest from `/`, `?` or `#` on.
# No backslash: browsers read it as a slash and others don't, so two readers could see two hosts.
# No `%` that encodes nothing: Twilio never requested such a URL (twilio-node issue 591).
# `*+` doesn't backtrack, so there is only one way to read a URL.
_SIGNS = r"-A-Za-z0-9._~:\[\]@!$&'()*+,;="
_CODE = "%[0-9a-f]{2}"
_URL = re.compile(
    rf"https?://((?:[{_SIGNS}]++|{_CODE})*+)(?:[{_SIGNS}/?#]++|{_CODE})*+",
    re.IGNORECASE,
)
# User and password may come before the host, for servers that require them (Twilio: security).
_AUTHORITY = re.compile(r"(?:[A-Za-z0-9._~!$&'()*+,;=:%-]*+@)?([A-Za-z0-9.-]++)(?::([0-9]{1,5}))?")
# The host of what may not be a valid URL.
_HOST = re.compile(r"https?://(?:[^/?#@\\]*+@)?([^/?#:@\\]++)", re.IGNORECASE)
# A list in one string: `https://a, https://b`, or JSON as text.
_SEVERAL = re.compile(r"^\s*+\[|\S[,;|\s]\s*+https?://", re.IGNORECASE)
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
# The last label starts with a letter, so no IP address matches: 127.1, 0x7f.1, 2130706433.
_PUBLIC_NAME = re.compile(rf"(?:{_LABEL}\.)+(?=[a-z]){_LABEL}")
_MAX_NAME_CHARS = 253
# Sources: RFC 6761 (invalid, localhost, test), 6762 and its appendix G, 7686 (onion), 8375
# (home.arpa), 9476 (alt); ICANN reserved `internal`. `example` is allowed, for documentation.
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
    """Return `text` if it is an http(s) URL of a public host; else raise InvalidRequestError.

    With a local stack, accept loopback too.
    """
    if _SEVERAL.search(text):
        raise InvalidRequestError(
            f"`{field}` has several URLs in one string. Send a JSON list, or repeat the field in a "
            "form; write a comma in a URL as %2C.",
            field=field,
        )
    if not (_is_public(text) or (has_local_stack and _is_on_this_machine(text))):
        raise _refusal(text, "an http(s)", field, has_local_stack=has_local_stack)
    return text


def twiml_url(text: str, *, has_local_stack: bool, field: str) -> str:
    """Return `text` if it is an https URL of a public host; else raise InvalidRequestError.

    TwiML decides what a call says and whom it dials, so it is never fetched unencrypted. With a
    local stack, accept http and https on loopback too.
    """
    is_https = text[:6].lower() == "https:" and _is_public(text)
    if not (is_https or (has_local_stack and _is_on_this_machine(text))):
        raise _refusal(text, "an https", field, has_local_stack=has_local_stack)
    return text


def _refusal(text: str, kind: str, field: str, *, has_local_stack: bool) -> InvalidRequestError:
    name = _ascii_name(text)
    detail = f"Write the host name in `{field}` as `{name}`, its ASCII form."
    if not name:
        local = " or, locally, one on 127.0.0.1" if has_local_stack else ""
        detail = (
            f"`{field}` must be {kind} URL with a public host name{local}. Percent-encode it, and "
            f"use at most {MAX_CHARS} characters."
        )
    return InvalidRequestError(detail, field=field)


def _ascii_name(text: str) -> str:
    """Return the ASCII form of an international host name, `xn--…`; "" if there is none."""
    host = _HOST.match(text)
    if host is None or host[1].isascii() or len(host[1]) > _MAX_NAME_CHARS:
        return ""
    import idna  # few callers need it

    try:
        name = idna.encode(host[1], uts46=True).decode()
    except UnicodeError:
        return ""
    return name if _is_public(f"https://{name}") else ""


def _is_public(text: str) -> bool:
    """Return whether it is an http(s) URL with a host name that can exist in public DNS."""
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
