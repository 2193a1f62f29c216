"""Parse the URLs in a document; reject those that two readers might read differently."""

import re
from typing import NamedTuple, Self
from urllib.parse import unquote_to_bytes, urlsplit

from shared.errors import InvalidRequestError

# A Twimlet's query may contain the URL of its next step, which may contain another, and so on.
MAX_ROUNDS = 20
_DEFAULT_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}
_HALF_A_SCHEME = re.compile("https?:(?!//)", re.IGNORECASE)
# What RFC 3986 allows before a query. Not a backslash, which browsers read as a slash.
_BEFORE_QUERY = re.compile(r"[A-Za-z0-9._~:/@!$&'()*+,;=%\[\]-]*")
# Unencoded control characters, which browsers and others remove from a URL.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


class Origin(NamedTuple):
    """A host in lower case and its port; `is_default` if it's the scheme's default port."""

    host: str
    port: int
    is_default: bool

    @classmethod
    def of(cls, scheme: str, authority: str) -> Self | None:
        """Parse `user:password@host:port`; return None without a host or with an invalid port.

        An empty scheme means https.
        """
        default = _DEFAULT_PORTS.get(scheme.lower() or "https")
        try:
            parts = urlsplit(f"//{authority}")
            port = default if parts.port is None else parts.port
        except ValueError:
            return None
        if default is None or not port or not parts.hostname:
            return None
        return cls(parts.hostname.lower(), port, port == default)


class Address(NamedTuple):
    """The parts of a URL that say where it goes; `origin` is None for a relative URL."""

    origin: Origin | None
    path: str

    @classmethod
    def of(cls, url: str) -> Self | None:
        """Parse a URL; return None unless it is clearly http, https, ws, wss or relative."""
        before = url.partition("#")[0].partition("?")[0]
        if not _BEFORE_QUERY.fullmatch(before) or before.startswith("//"):
            return None
        if not _SCHEME.match(before):
            return cls(None, before)
        scheme, slashes, rest = before.partition("://")
        authority, slash, path = rest.partition("/")
        origin = Origin.of(scheme, authority) if slashes else None
        return cls(origin, slash + path) if origin else None


def decodings(url: str, field: str) -> list[str]:
    """Return the URL as it is, decoded once, decoded twice, and so on.

    Raise InvalidRequestError with `field` if a reader might skip something or stop early: at
    invisible characters, bytes that aren't UTF-8, or `http:` without `//`.
    """
    texts = [url]
    while len(texts) <= MAX_ROUNDS + 1:
        try:
            decoded = unquote_to_bytes(texts[-1]).decode()
        except UnicodeError:
            raise _unreadable(field, "contains percent-encoded bytes that aren't UTF-8") from None
        if decoded == texts[-1]:
            break
        texts.append(decoded)
    else:
        raise _unreadable(field, f"is percent-encoded more than {MAX_ROUNDS} times")
    # Anything wrong in one of them is still in the last one.
    if not decoded.isprintable() or "\ufffd" in decoded:
        raise _unreadable(field, "contains a control character or another invisible character")
    if _HALF_A_SCHEME.search(decoded.replace("\\", "/")):
        raise _unreadable(field, "contains http: or https: without // after it")
    return texts


def require_plain(url: str, field: str) -> None:
    """Raise InvalidRequestError with `field` for a URL with unencoded control characters."""
    if _CONTROL.search(url):
        raise _unreadable(field, "contains a line break or another control character")


def _unreadable(field: str, what: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"A URL in `{field}` {what}. Fix that URL, or the one nested in its query.",
        field=field,
    )
