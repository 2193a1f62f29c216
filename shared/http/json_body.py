"""Read the JSON object in a request's body, without spending long on a bad one."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import cast

from shared.errors import InvalidRequestError, TooLongError
from shared.http.request_parts import MAX_JSON_BYTES

# No input is an object, and objects take longer to parse than anything else in JSON.
MAX_OBJECTS = 100
# No input has that many values, nor a text with that many commas.
MAX_COMMAS = 10_000
# The value of a name that appears twice in a JSON object.
REPEATED = object()

_NESTED_VALUE = re.compile(r'"(\w{1,40})"\s*:\s*(?:[\[{]\s*){3}')


def read_object(body: bytes, names: Sequence[str]) -> Mapping[str, object]:
    """Return a JSON object whose integers are floats, and whose repeated names are REPEATED.

    Raise InvalidRequestError for anything else, naming the field nested too deeply if in `names`.
    """
    if len(body) > MAX_JSON_BYTES:
        raise TooLongError(f"The JSON is {len(body)} bytes; the limit is {MAX_JSON_BYTES}.")
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise InvalidRequestError("The body is not valid UTF-8.") from error
    if text.count(",") > MAX_COMMAS:
        raise TooLongError(f"The JSON has more than {MAX_COMMAS} values.")
    try:
        # Parse integers as floats: an integer with many digits takes long to parse, or fails.
        data: object = json.loads(text, parse_int=float, object_pairs_hook=_Objects())
    except json.JSONDecodeError as error:
        raise InvalidRequestError(f"The body is not valid JSON: {error}.") from error
    except RecursionError as error:
        nested = _NESTED_VALUE.search(text)
        # Fields are logged, and any other name is input that may contain a phone number.
        field = nested[1] if nested and nested[1] in names else None
        raise InvalidRequestError("The body is nested too deeply.", field=field) from error
    if not isinstance(data, dict):
        raise InvalidRequestError("The body must be a JSON object.")
    return cast("dict[str, object]", data)


class _Objects:
    """Build the objects of one JSON document; mark a repeated name so that reading it fails."""

    def __init__(self) -> None:
        self._count = 0

    def __call__(self, pairs: list[tuple[str, object]]) -> dict[str, object]:
        self._count += 1
        if self._count > MAX_OBJECTS:
            raise InvalidRequestError(f"The body has more than {MAX_OBJECTS} JSON objects.")
        values: dict[str, object] = {}
        for name, value in pairs:
            values[name] = REPEATED if name in values else value
        return values
