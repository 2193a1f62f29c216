"""The Idempotency-Key header: read it, and fingerprint the request that it belongs to.

Source: the IETF draft "The Idempotency-Key HTTP Header Field". The draft puts the key in quotes (a
string in RFC 9651); a key without quotes is accepted too, because most callers omit them.
"""

import dataclasses
import hashlib
import json
import re
import secrets
from datetime import UTC, datetime
from typing import Any, ClassVar, NamedTuple, Protocol

import azure.functions as func

from shared.errors import InvalidRequestError

HEADER = "Idempotency-Key"
MAX_KEY_CHARS = 255
# Two quotes, plus a backslash before each character.
MAX_HEADER_CHARS = 2 * MAX_KEY_CHARS + 2
# The function name in a key that did not come from a caller.
UNNAMED = ""

# Inside quotes, a backslash escapes a quote or a backslash.
_QUOTED = re.compile(r'"((?:[ !#-\[\]-~]|\\["\\])*)"')
# No comma: it may mean that two headers were joined.
_BARE = re.compile(r"[ !#-+\--~]*")


class CheckedRequest(Protocol):
    """A validated request that is ready to send: a dataclass."""

    __dataclass_fields__: ClassVar[dict[str, dataclasses.Field[Any]]]


class Key(NamedTuple):
    """A key and the request that it belongs to.

    `text` is input and is never logged. Only identical requests have the same `fingerprint`. With
    `is_binding`, nothing may be sent while the ledger is unavailable.
    """

    text: str
    function: str
    fingerprint: str
    is_binding: bool = True

    @classmethod
    def of_request(
        cls, req: func.HttpRequest, function: str, request: CheckedRequest
    ) -> "Key | None":
        """Return the key in a request's header, or None without the header.

        Raise InvalidRequestError if the header is malformed.
        """
        text = _key_in(req.headers.get(HEADER))
        if text is None:
            return None
        return cls(text, function, _fingerprint(text, function, _fields(request)))

    @classmethod
    def of_event(cls, function: str, *names: str) -> "Key":
        """Return the key for something that the app does on its own, once per set of names.

        No header can contain such a key, because it has line breaks.
        """
        text = "\n".join((function, *names))
        return cls(text, function, _fingerprint(text, function, {}), is_binding=False)

    @classmethod
    def unnamed(cls) -> "Key":
        """Return a random key for a request that came without one."""
        return cls(secrets.token_hex(16), UNNAMED, "")


def key_of(written: str) -> str:
    """Return the key in `written`, which may be in quotes."""
    quoted = _QUOTED.fullmatch(written.strip())
    return re.sub(r"\\(.)", r"\1", quoted[1]) if quoted else written.strip()


def _key_in(header: str | None) -> str | None:
    if header is None:
        return None
    is_short = len(header) <= MAX_HEADER_CHARS
    is_readable = is_short and (
        _QUOTED.fullmatch(header.strip()) or _BARE.fullmatch(header.strip())
    )
    text = key_of(header) if is_readable else ""
    if not text.strip() or len(text) > MAX_KEY_CHARS:
        raise InvalidRequestError(
            f"`{HEADER}` must be a single key of 1 to {MAX_KEY_CHARS} printable ASCII characters. "
            "Put it in quotes if it contains a comma, a quote or a backslash.",
            field=HEADER,
        )
    return text


def _fingerprint(key: str, function: str, fields: object) -> str:
    """Hash the request, salted with the key, so that nothing in it can be guessed from the hash."""
    written = json.dumps([key, function, fields], sort_keys=True, default=_in_utc)
    return hashlib.sha256(written.encode()).hexdigest()


def _fields(request: CheckedRequest) -> object:
    """Return the fields that are set, so that a field added in a new version changes no hash."""
    return dataclasses.asdict(
        request, dict_factory=lambda pairs: {name: value for name, value in pairs if value}
    )


def _in_utc(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    raise TypeError
