"""The form of a value: what stays the same while the values of accounts differ."""

import re
from collections.abc import Mapping

SID = re.compile(r"\b([A-Z]{2})[0-9a-f]{32}\b")
NUMBER = re.compile(r"\+[1-9][0-9]{6,14}\b")
_FORMS = (
    ("empty", re.compile("")),
    ("date of RFC 2822", re.compile(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} [\d:]{8} \+0000")),
    ("date of ISO 8601", re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(Z|\+00:00)")),
    ("date", re.compile(r"\d{4}-\d\d-\d\d")),
    ("SID", SID),
    ("phone number", NUMBER),
    ("digits", re.compile(r"-?\d+")),
    ("path", re.compile(r"/\S*")),
    ("URL", re.compile(r"https?://\S*")),
    ("word", re.compile(r"[a-z]+([_-][a-z]+)*")),
)
_DECIMAL = re.compile(r"(-?)\d+\.(\d+)")


def form_of(value: object) -> str:
    """Return e.g. `null`, `integer`, `SID CA…` or `date of RFC 2822`."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    if isinstance(value, float):
        return "decimal number"
    return _form_of_text(value) if isinstance(value, str) else type(value).__name__


def _form_of_text(text: str) -> str:
    decimal = _DECIMAL.fullmatch(text)
    if decimal:
        return f"text {decimal[1]}0.{'0' * len(decimal[2])}"
    name = next((name for name, pattern in _FORMS if pattern.fullmatch(text)), "text")
    return f"SID {text[:2]}…" if name == "SID" else name


def forms_of(value: object, path: str = "") -> dict[str, set[str]]:
    """Return the forms of all values inside, by the path of their members."""
    found: dict[str, set[str]] = {}
    if isinstance(value, Mapping):
        parts = [(f"{path}.{name}".lstrip("."), inner) for name, inner in value.items()]
    elif isinstance(value, list):
        parts = [(f"{path}[]", inner) for inner in value]
    else:
        return {path: {form_of(value)}}
    for place, inner in parts:
        for name, forms in forms_of(inner, place).items():
            found.setdefault(name, set()).update(forms)
    return found
