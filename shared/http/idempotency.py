"""The header Idempotency-Key: read it, and fingerprint the request it stands for.

Source: the IETF draft "The Idempotency-Key HTTP Header Field". It writes the key in quotes, as a
string of RFC 9651; without them it is taken as well, because most callers leave them out.
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
# Two quotes, and a backslash before each character.
MAX_HEADER_CHARS = 2 * MAX_KEY_CHARS + 2
# The function of a key that no caller has given.
UNNAMED = ""

# In quotes, a quote and a backslash have a backslash before them.
_QUOTED = re.compile(r'"((?:[ !#-\[\]-~]|\\["\\])*)"')
# A comma may be the seam between two headers.
_BARE = re.compile(r"[ !#-+\--~]*")


class CheckedRequest(Protocol):
    """A request that is checked and ready to send: a dataclass."""

    __dataclass_fields__: ClassVar[dict[str, dataclasses.Field[Any]]]


class Key(NamedTuple):
    """A key and the request that it stands for.

    `text` is input, and never logged. `fingerprint` is the same for the same request alone.
    `is_binding` says that nothing may be sent while the ledger cannot be used.
    """

    text: str
    function: str
    fingerprint: str
    is_binding: bool = True

    @classmethod
    def of_request(
        cls, req: func.HttpRequest, function: str, request: CheckedRequest
    ) -> "Key | None":
        """The key that a caller gave to a checked request; None without the header.

        Raise InvalidRequestError when the header cannot be used.
        """
        text = _key_in(req.headers.get(HEADER))
        if text is None:
            return None
        return cls(text, function, _fingerprint(text, function, _fields(request)))

    @classmethod
    def of_event(cls, function: str, *names: str) -> "Key":
        """The key of something that the app does by itself, once for what has these names.

        No header can hold it, because of the ends of its lines.
        """
        text = "\n".join((function, *names))
        return cls(text, function, _fingerprint(text, function, {}), is_binding=False)

    @classmethod
    def unnamed(cls) -> "Key":
        """A key for a request without one; nobody can repeat it."""
        return cls(secrets.token_hex(16), UNNAMED, "")


def key_of(written: str) -> str:
    """The key that somebody has written down, with or without quotes."""
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
    """A hash of the request; the key salts it, so that nobody finds a number or a text from it."""
    written = json.dumps([key, function, fields], sort_keys=True, default=_in_utc)
    return hashlib.sha256(written.encode()).hexdigest()


def _fields(request: CheckedRequest) -> object:
    """What is given of a request, so that an input which comes with a new version changes none."""
    return dataclasses.asdict(
        request, dict_factory=lambda pairs: {name: value for name, value in pairs if value}
    )


def _in_utc(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    raise TypeError
