"""Read an action's inputs from JSON, a form, or query parameters."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import azure.functions as func

from shared.errors import InvalidRequestError, TooLongError, UnknownFieldError
from shared.http.form_encoding import read_pairs
from shared.http.json_body import REPEATED, read_object
from shared.http.request_parts import (
    FORM_TYPE,
    MAX_BODY_BYTES,
    MAX_FIELDS,
    media_type_of,
)
from shared.http.urls import query_of

# The host's own query parameters, in lower case: the function key and the name of the key.
HOST_PARAMETERS = frozenset({"code", "clientid"})

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_DIGITS = re.compile(r"[0-9]{1,15}")
# One of several phone numbers, from `+` or a separator on; an extension is too short to be one.
_NUMBERS = re.compile(r"(?:^|[,;|\n+])[^,;|\n+0-9]*+(?:[0-9][^,;|\n+0-9]*+){7,}+")
MAX_LIST_CHARS = 200


@dataclass(frozen=True)
class Inputs:
    """The inputs of one request, each a JSON value or a list of strings.

    `is_encoded` means that they came from a form or a query, where everything is a string and `+`
    means a space. Each method raises InvalidRequestError for a value of the wrong type.
    """

    values: Mapping[str, object]
    is_encoded: bool = False

    def text(self, name: str) -> str | None:
        """Return a string; None if it is missing, or null in JSON."""
        values = self._texts(name)
        is_list = isinstance(self.values.get(name), list) and not self.is_encoded
        if is_list or len(values) > 1:
            raise InvalidRequestError(f"`{name}` must be a single string.", field=name)
        return values[0] if values else None

    def texts(self, name: str) -> tuple[str, ...]:
        """Return the strings of an input that may be repeated, or be a list in JSON."""
        return tuple(self._texts(name))

    def number(self, name: str) -> str | None:
        """Return a phone number as written; a form's leading space was an unescaped `+`."""
        value = self.text(name)
        if value and len(_NUMBERS.findall(value[:MAX_LIST_CHARS])) > 1:
            raise InvalidRequestError(
                f"`{name}` has several numbers. Send one request for each.", field=name
            )
        if value and self.is_encoded and value.startswith(" "):
            return f"+{value[1:]}"
        return value

    def whole(self, name: str, *, least: int, most: int) -> int | None:
        """Return a whole number within the range: a JSON number, or digits in a form or a query."""
        value = self._typed(name)
        if value is None:
            return None
        if isinstance(value, str) and _DIGITS.fullmatch(value):
            value = float(value)
        if isinstance(value, float) and value.is_integer() and least <= value <= most:
            return int(value)
        raise InvalidRequestError(
            f"`{name}` must be a whole number from {least} to {most}.", field=name
        )

    def flag(self, name: str) -> bool | None:
        """Return a boolean: a JSON one, or the word true or false in a form or a query."""
        value = self._typed(name)
        if isinstance(value, str):
            value = {"true": True, "false": False}.get(value.lower(), value)
        if value is None or isinstance(value, bool):
            return value
        raise InvalidRequestError(f"`{name}` must be true or false.", field=name)

    def _typed(self, name: str) -> object:
        """Return a value that must not be a JSON string; None if it is missing."""
        if self.is_encoded:
            return self.text(name)
        value = self.values.get(name)
        if isinstance(value, str):
            raise InvalidRequestError(
                f"`{name}` must not be a string. Remove the quotes.", field=name
            )
        _refuse_repeats(name, value)
        return value

    def _texts(self, name: str) -> Sequence[str]:
        value = self.values.get(name)
        if value is None:
            return ()
        values = cast("list[object]", value) if isinstance(value, list) else [value]
        return [_checked_text(name, item) for item in values]


def read_inputs(req: func.HttpRequest, *names: str) -> Inputs:
    """Read the body, or the query if the body is empty.

    Raise InvalidRequestError for inputs in both and for inputs that are not in `names`.
    """
    body = req.get_body()
    if len(body) > MAX_BODY_BYTES:
        raise TooLongError(f"The body is {len(body)} bytes; the limit is {MAX_BODY_BYTES}.")
    body = body.removeprefix(_BYTE_ORDER_MARK)
    inputs = query = _read_query(req.url)
    if body:
        inputs = _read_body(body, req.headers.get("content-type", ""), names)
    _refuse_others((*query.values, *inputs.values), names)
    if body and query.values:
        name = next(iter(query.values))
        raise InvalidRequestError(
            f"`{name}` is in the query, but other fields are in the body. "
            "Put them all in one place.",
            field=name,
        )
    if not inputs.values:
        raise InvalidRequestError(
            "The request has no fields. Send JSON or a form with a Content-Length header; "
            f"`{names[0]}` is required.",
            field=names[0],
        )
    return inputs


def read_query(req: func.HttpRequest, *names: str, ignore_others: bool = False) -> Inputs:
    """Read the inputs `names` of the query; raise UnknownFieldError for any other, or ignore it."""
    query = _read_query(req.url)
    if not ignore_others:
        _refuse_others(query.values, names)
    return Inputs(
        {name: query.values[name] for name in names if name in query.values}, is_encoded=True
    )


def required(value: str | None, name: str) -> str:
    """Return a required input; raise InvalidRequestError if it is missing or blank."""
    if value is None or not value.strip():
        raise InvalidRequestError(f"`{name}` is required.", field=name)
    return value


def _refuse_others(given: Iterable[str], names: Sequence[str]) -> None:
    for name in given:
        if name not in names:
            raise UnknownFieldError(
                f"Unknown field {_quoted(name)}. Allowed fields: {', '.join(names)}.",
                field=name[:40],
            )


def _read_query(url: str) -> Inputs:
    """Read a query without the host's own parameters, which are case-insensitive."""
    values = _read_pairs(query_of(url).encode("utf-8", "surrogatepass")).values
    return Inputs(
        {name: value for name, value in values.items() if name.lower() not in HOST_PARAMETERS},
        is_encoded=True,
    )


def _read_body(body: bytes, content_type: str, names: Sequence[str]) -> Inputs:
    # `curl -d '{...}'` sends the type of a form, but no form starts with a brace.
    if body.lstrip()[:1] == b"{":
        return Inputs(read_object(body, names))
    media_type = media_type_of(content_type)
    if media_type.endswith("json"):
        return Inputs(read_object(body, names))
    if media_type in ("", FORM_TYPE):
        if b"=" not in body and b"&" not in body:
            raise InvalidRequestError(
                "The body is neither JSON nor a form. "
                f'Send `{{"{names[0]}": "…"}}` or `{names[0]}=…`.'
            )
        return _read_pairs(body)
    raise InvalidRequestError(f"The body must be JSON or {FORM_TYPE}, not {_quoted(media_type)}.")


def _read_pairs(encoded: bytes) -> Inputs:
    """Decode a form or a query; bytes that aren't UTF-8 become surrogates, rejected by field."""
    text = encoded.decode("utf-8", "surrogateescape")
    try:
        pairs = read_pairs(text, max_fields=MAX_FIELDS, errors="surrogateescape")
    except ValueError as error:
        raise InvalidRequestError(f"The form or query is malformed: {error}.") from error
    values: dict[str, object] = {}
    for name, value in pairs:
        cast("list[object]", values.setdefault(name, [])).append(value)
    return Inputs(values, is_encoded=True)


def _checked_text(name: str, value: object) -> str:
    _refuse_repeats(name, value)
    if not isinstance(value, str):
        raise InvalidRequestError(f"`{name}` must be a string.", field=name)
    if "\0" in value:
        raise InvalidRequestError(f"`{name}` must not contain NUL characters.", field=name)
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise InvalidRequestError(f"`{name}` is not valid Unicode text.", field=name) from error
    return value


def _refuse_repeats(name: str, value: object) -> None:
    if value is REPEATED:
        raise InvalidRequestError(f"`{name}` appears more than once.", field=name)


def _quoted(text: str) -> str:
    """Quote a name from the caller, shortened for a message."""
    return f"`{text[:40]}`"
