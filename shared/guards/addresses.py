"""How the address of a document is read; refused is what two readers might read in two ways."""

import re
from typing import NamedTuple, Self
from urllib.parse import unquote_to_bytes, urlsplit

from shared.errors import InvalidRequestError

# A Twimlet's next step may stand in its query, and the next one in that.
MAX_ROUNDS = 20
_DEFAULT_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}
_HALF_A_SCHEME = re.compile("https?:(?!//)", re.IGNORECASE)
# What RFC 3986 allows before a query: no backslash, which browsers read as a slash.
_BEFORE_QUERY = re.compile(r"[A-Za-z0-9._~:/@!$&'()*+,;=%\[\]-]*")
# As they are in a URL, not percent-encoded: browsers and others take them out.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


class Origin(NamedTuple):
    """A host in lower case, and its port; `is_default` where that is the port of its scheme."""

    host: str
    port: int
    is_default: bool

    @classmethod
    def of(cls, scheme: str, authority: str) -> Self | None:
        """Read `user:password@host:port`; None without a host, or with an impossible port.

        Without a scheme it is that of https.
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
    """Where a URL leads: `origin` is None for a relative one."""

    origin: Origin | None
    path: str

    @classmethod
    def of(cls, url: str) -> Self | None:
        """Read a URL; None for what is none of http, https, ws or wss, or not surely so."""
        before = url.partition("#")[0].partition("?")[0]
        if not _BEFORE_QUERY.fullmatch(before) or before.startswith("//"):
            return None
        if not _SCHEME.match(before):
            return cls(None, before)
        scheme, slashes, rest = before.partition("://")
        authority, slash, path = rest.partition("/")
        origin = Origin.of(scheme, authority) if slashes else None
        return cls(origin, slash + path) if origin else None


def readings(url: str, field: str) -> list[str]:
    """Return the URL, and what its parts are once they are decoded, again and again.

    Raise InvalidRequestError naming `field` where a reader might leave something out, or might stop
    before the end: characters that cannot be seen, bytes that are no UTF-8, `http:` without `//`.
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
    # What is wrong in one of them is still there in the last one.
    if not decoded.isprintable() or "\ufffd" in decoded:
        raise _unreadable(field, "contains a control character or another invisible character")
    if _HALF_A_SCHEME.search(decoded.replace("\\", "/")):
        raise _unreadable(field, "contains http: or https: without // after it")
    return texts


def require_plain(url: str, field: str) -> None:
    """Raise InvalidRequestError naming `field` for a URL with control characters as they are."""
    if _CONTROL.search(url):
        raise _unreadable(field, "contains a line break or another control character")


def _unreadable(field: str, what: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"A URL in `{field}` {what}. Fix that URL, or the one nested in its query.",
        field=field,
    )
