"""Parse the Twimlets' query parameters leniently, with lists and tables in PHP's notation.

The originals at twimlets.com are in PHP: `Name[0]=a&Name[1]=b` or `Name[]=a&Name[]=b` is a list,
and `Name[key]=a` is a table. Ignore an invalid value and log its parameter, because the person on
the line can't fix it.
"""

import logging
import re
from collections.abc import Iterator, Sequence
from urllib.parse import quote, urlencode

from shared.answers.notes import note
from shared.answers.numbers import digits_of
from shared.xml_text import xml_text

log = logging.getLogger(__name__)

Pairs = Sequence[tuple[str, str]]

# Twilio's limits for the `timeout` of <Dial>, in seconds.
MIN_TIMEOUT_S, MAX_TIMEOUT_S = 5, 600
# <Say> takes up to 4,096 characters (error 13521), and URLs don't need more.
MAX_VALUE_CHARS = 4096
MAX_ENTRIES = 100
NOT_A_URL = "is not an http(s) URL"
NOT_A_STEP = "is neither an http(s) URL nor the name of a Twiml function"
NOT_SECONDS = "is not a whole number of seconds"

# Parameters in URLs from one function to the next. They don't collide with Twilio's fields.
_LINK_PARAMETERS = frozenset(
    (
        "AllowedCallers",
        "CallerId",
        "FailUrl",
        "Identity",
        "MaxLength",
        "MaxWait",
        "Message",
        "Music",
        "Name",
        "Notify",
        "Options",
        "Password",
        "PhoneNumber",
        "PhoneNumbers",
        "Timeout",
    )
)
_TOO_LONG = f"has more than {MAX_VALUE_CHARS} characters"
_TOO_MUCH = f"{_TOO_LONG}, or comes after the first {MAX_ENTRIES}"
_NOT_QUOTED = "".join(map(chr, range(0x21, 0x7F)))
_BARE_PERCENT = re.compile("%(?![0-9A-Fa-f]{2})")


def entries(query: Pairs, name: str) -> list[str]:
    """Return the values of `name`, `name[0]` and `name[]` in order, without blank ones.

    Ignore and log values that are too long, and values after the first MAX_ENTRIES.
    """
    given = [value for _, value in _values(query, name)]
    taken = [value for value in given if len(value) <= MAX_VALUE_CHARS][:MAX_ENTRIES]
    if len(taken) < len(given):
        ignored(name, _TOO_MUCH)
    return taken


def text(query: Pairs, name: str) -> str:
    """Return the first value of `name` that is neither blank nor too long, or ""."""
    for _, value in _values(query, name):
        if len(value) <= MAX_VALUE_CHARS:
            return value
        ignored(name, _TOO_LONG)  # at most once: a URL has no room for two of these
    return ""


def table(query: Pairs, name: str) -> dict[str, str]:
    """Return the values of `name[key]` by key; `name` means `name[0]`, `name[]` the next key.

    Ignore and log values that are too long, and values after the first MAX_ENTRIES.
    """
    found: dict[str, str] = {}
    is_complete = True
    for key, value in _values(query, name):
        if len(value) > MAX_VALUE_CHARS or len(found) == MAX_ENTRIES:
            is_complete = False
            continue
        found[_clean(key[1:-1]) or (str(len(found)) if key else "0")] = value
    if not is_complete:
        ignored(name, _TOO_MUCH)
    return found


def named(query: Pairs, names: Sequence[str]) -> Pairs:
    """Return the parameters with these names, including lists and tables, for the next step.

    Keep at most MAX_ENTRIES per name.
    """
    counts = dict.fromkeys(names, 0)
    found: list[tuple[str, str]] = []
    for key, value in query:
        name = key.partition("[")[0]
        if counts.get(name, MAX_ENTRIES) < MAX_ENTRIES:
            counts[name] += 1
            found.append((key, value))
    return found


def flag(query: Pairs, name: str) -> bool:
    """Return whether a parameter is true: anything except blank, 0, false, no and off."""
    return text(query, name).lower() not in ("", "0", "false", "no", "off")


def choice(query: Pairs, name: str, choices: Sequence[str]) -> str:
    """Return one of `choices`, matched without case, or ""."""
    value = text(query, name).lower()
    if value and value not in choices:
        ignored(name, f"is not one of {', '.join(choices)}")
        return ""
    return value


def seconds(
    query: Pairs, name: str, least: int = MIN_TIMEOUT_S, most: int = MAX_TIMEOUT_S
) -> int | None:
    """Return whole seconds, clamped to limits (by default <Dial>'s); None if 0 or invalid."""
    value = text(query, name)
    if not re.fullmatch("[0-9]{0,9}", value):
        ignored(name, NOT_SECONDS)
        return None
    given_s = int(value or 0)
    return min(max(given_s, least), most) if given_s else None


def whole_number(value: str | None) -> int:
    """Return a number of up to six digits, or 0 for anything else."""
    return int(value) if value and re.fullmatch("[0-9]{1,6}", value) else 0


def phone_numbers(query: Pairs, name: str) -> list[str]:
    """Return the entries of a list that contain digits, as written."""
    written = entries_with_plus(query, name)
    numbers = [number for number in written if digits_of(number)]
    if len(numbers) < len(written):
        ignored(name, "is not a phone number")
    return numbers


def entries_with_plus(query: Pairs, name: str) -> list[str]:
    """Return the entries of a list that may have phone numbers.

    A space before a digit was an unescaped `+`: `PhoneNumber=+4930123456`.
    """
    named_so = ((key, value) for key, value in query if key.startswith(name))
    return entries([(key, re.sub("^ (?=[0-9])", "+", value)) for key, value in named_so], name)


def phone_number(query: Pairs, name: str) -> str:
    """Return the first entry that contains a digit, or ""."""
    return next(iter(phone_numbers(query, name)), "")


def next_url(query: Pairs, name: str) -> str:
    """Return the URL in a parameter, percent-encoded, or "" if it is missing or invalid."""
    value = text(query, name)
    if is_next_step(value):
        return percent_encoded(value)
    if value:
        ignored(name, NOT_A_STEP)
    return ""


def misplaced(query: Pairs, *own: str) -> None:
    """Log the names of parameters that belong to another function.

    In `Options[1]=TwimlForward?PhoneNumber=...&FailUrl=...` FailUrl goes to the menu by mistake,
    because its `&` is not encoded.
    """
    names = {key.partition("[")[0] for key, _ in query} & _LINK_PARAMETERS.difference(own)
    if names:
        note(
            log,
            "Query parameters of another function: %s. "
            "Percent-encode a URL inside a URL, including each &.",
            ", ".join(sorted(names)),
        )


def is_next_step(value: str) -> bool:
    """Return whether a call can continue there: an http(s) URL, or the name of a function.

    The name may have a query, as in `TwimlVoicemail?Notify=...`.
    """
    name = value.partition("?")[0]
    return is_url(value) or (name.startswith("Twiml") and name.isascii() and name.isalnum())


def percent_encoded(url: str) -> str:
    """Percent-encode what a URL can't contain: spaces, control characters, non-ASCII letters, `%`.

    A `%` with two hexadecimal digits stays as it is.
    """
    return quote(_BARE_PERCENT.sub("%25", url), safe=_NOT_QUOTED)


def is_url(value: str) -> bool:
    """Return whether a message is a URL to play instead of text to say.

    The originals check only four letters, so they try to play "Http is out of order" and fail.
    """
    scheme, _, rest = value.partition("://")
    return scheme.lower() in ("http", "https") and rest[:1] not in ("", "/", "?", "#", " ")


def step_url(function: str, *parameters: tuple[str, str]) -> str:
    """Return the relative URL of a Twimlet; Twilio resolves it against the document's URL."""
    return f"{function}?{urlencode(parameters)}"


def ignored(name: str, reason: str) -> None:
    """Log that a value is ignored, but not the value, which may be a number or a text."""
    note(log, "A value of the query parameter %s is ignored: it %s", name, reason)


def _values(query: Pairs, name: str) -> Iterator[tuple[str, str]]:
    """Yield what follows `name` in each parameter with that name, and its value if not blank."""
    for written, value in query:
        if written.startswith(name):
            key = written[len(name) :]
            is_index = key.startswith("[") and key.find("]") == len(key) - 1
            cleaned = _clean(value) if is_index or not key else ""
            if cleaned:
                yield key, cleaned


def _clean(value: str) -> str:
    return xml_text(value).strip()
