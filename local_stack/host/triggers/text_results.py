"""What Azure's host makes of a `str` that a function returns instead of an HttpResponse.

It parses JSON: an object with a body becomes a whole response, other objects and lists are
indented, and the quotes around a single string go. Source: recorded from the Functions host 4.1037.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

OK = 200


@dataclass(frozen=True)
class TextResult:
    """A status, headers, and the text of the body."""

    body: str
    status: int = OK
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


def read_text_result(text: str) -> TextResult:
    """Return the response for the text that a function returned."""
    try:
        value: object = json.loads(text)
    except (ValueError, RecursionError):
        return TextResult(text)
    if isinstance(value, dict):
        named = {name.lower(): part for name, part in cast(dict[str, object], value).items()}
        if "body" in named:
            return _response(named)
    return TextResult(_shown(value))


def _response(named: Mapping[str, object]) -> TextResult:
    """Read the object that describes a response; its other keys are ignored."""
    body, headers = named["body"], named.get("headers")
    given = cast(dict[str, object], headers) if isinstance(headers, dict) else {}
    content = {name: _shown(value) for name, value in given.items()}
    kind = next((name for name in content if name.lower() == "content-type"), None)
    if kind is not None:
        content["Content-Type"] = f"{content.pop(kind)}; charset=utf-8"
    compact = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return TextResult(
        compact if isinstance(body, (dict, list)) else _shown(body),
        _status(named.get("status", named.get("statuscode"))),
        content,
    )


def _status(value: object) -> int:
    try:
        return int(str(value))
    except ValueError:
        return OK


def _shown(value: object) -> str:
    """Return a value of JSON as .NET shows it."""
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False, indent=2)
    if isinstance(value, bool):
        return str(value)
    return "" if value is None else str(value)
