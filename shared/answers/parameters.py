"""The query parameters of the Twimlets: lists and tables as PHP writes them, read with patience.

The originals at twimlets.com are PHP: `Name[0]=a&Name[1]=b` or `Name[]=a&Name[]=b` is a list, and
`Name[key]=a` a table. A value that cannot be used is left out, and the log names its parameter:
whoever calls the line can do nothing about it.
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
# Twilio says texts of up to 4,096 characters (<Say>, error 13521), and no URL needs more.
MAX_VALUE_CHARS = 4096
MAX_ENTRIES = 100

# The parameters with which functions lead on to one another. None is a field of Twilio's requests.
_LEADING_ON = frozenset(
    (
        "AllowedCallers",
        "CallerId",
        "FailUrl",
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
_NOT_QUOTED = "".join(map(chr, range(0x21, 0x7F)))


def entries(query: Pairs, name: str) -> list[str]:
    """The values of `name`, `name[0]`, `name[]`, in the order of the query, without blank ones.

    Those that are too long, or one too many, are left out.
    """
    given = [value for _, value in _values(query, name)]
    taken = [value for value in given if len(value) <= MAX_VALUE_CHARS][:MAX_ENTRIES]
    if len(taken) < len(given):
        ignored(name)
    return taken


def text(query: Pairs, name: str) -> str:
    """The first value of `name` that is not blank or too long, else an empty text."""
    for _, value in _values(query, name):
        if len(value) <= MAX_VALUE_CHARS:
            return value
        ignored(name)  # once: no URL has room for two of these
    return ""


def table(query: Pairs, name: str) -> dict[str, str]:
    """The values of `name[key]` by key; `name` stands for `name[0]`, `name[]` for the next key.

    Those that are too long, or one too many, are left out.
    """
    found: dict[str, str] = {}
    is_complete = True
    for key, value in _values(query, name):
        if len(value) > MAX_VALUE_CHARS or len(found) == MAX_ENTRIES:
            is_complete = False
            continue
        found[_clean(key[1:-1]) or (str(len(found)) if key else "0")] = value
    if not is_complete:
        ignored(name)
    return found


def named(query: Pairs, names: Sequence[str]) -> Pairs:
    """The parameters with these names, lists and tables as well: what goes on to the next step.

    Of each name there are as many as are read.
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
    """Whether a parameter says yes: anything but nothing, 0, false, no and off."""
    return text(query, name).lower() not in ("", "0", "false", "no", "off")


def choice(query: Pairs, name: str, choices: Sequence[str]) -> str:
    """One of `choices`, in whatever case it is written; empty without one."""
    value = text(query, name).lower()
    if value and value not in choices:
        ignored(name)
        return ""
    return value


def seconds(
    query: Pairs, name: str, least: int = MIN_TIMEOUT_S, most: int = MAX_TIMEOUT_S
) -> int | None:
    """Whole seconds, moved into limits (those of <Dial>); None without a number, or for 0."""
    value = text(query, name)
    if not re.fullmatch("[0-9]{0,9}", value):
        ignored(name)
        return None
    given_s = int(value or 0)
    return min(max(given_s, least), most) if given_s else None


def whole_number(value: str | None) -> int:
    """A number of up to six digits; 0 for anything else."""
    return int(value) if value and re.fullmatch("[0-9]{1,6}", value) else 0


def phone_numbers(query: Pairs, name: str) -> list[str]:
    """The entries of a list that can be numbers, as they are written.

    A blank before a digit was an unescaped `+`: `PhoneNumber=+4930123456`.
    """
    named_so = ((key, value) for key, value in query if key.startswith(name))
    written = entries([(key, re.sub("^ (?=[0-9])", "+", value)) for key, value in named_so], name)
    numbers = [number for number in written if digits_of(number)]
    if len(numbers) < len(written):
        ignored(name)
    return numbers


def phone_number(query: Pairs, name: str) -> str:
    """The first entry that can be a number; empty without one."""
    return next(iter(phone_numbers(query, name)), "")


def next_url(query: Pairs, name: str) -> str:
    """Where a parameter leads, percent-encoded; empty without one, or where it leads nowhere."""
    value = text(query, name)
    if leads_on(value):
        return percent_encoded(value)
    if value:
        ignored(name)
    return ""


def misplaced(query: Pairs, *own: str) -> None:
    """Write to the log which parameters are those of another function, by their names.

    In `Options[1]=TwimlForward?PhoneNumber=...&FailUrl=...` the last one belongs to the menu:
    its `&` is not encoded.
    """
    names = {key.partition("[")[0] for key, _ in query} & _LEADING_ON.difference(own)
    if names:
        note(
            log,
            "Query parameters of another function: %s. "
            "Percent-encode a URL inside a URL, including each &.",
            ", ".join(sorted(names)),
        )


def leads_on(value: str) -> bool:
    """Whether a call can go on there: at an http(s) URL, or at a function of this app by its name.

    The name may have a query, as in `TwimlVoicemail?Notify=...`.
    """
    name = value.partition("?")[0]
    return is_url(value) or (name.startswith("Twiml") and name.isascii() and name.isalnum())


def percent_encoded(url: str) -> str:
    """A URL with its blanks, controls and letters beyond ASCII encoded, and nothing else."""
    return quote(url, safe=_NOT_QUOTED)


def is_url(value: str) -> bool:
    """Whether a message is to be fetched and played instead of spoken.

    The originals look at four letters, so that "Http is out of order" is played, which fails.
    """
    scheme, _, rest = value.partition("://")
    return scheme.lower() in ("http", "https") and rest[:1] not in ("", "/", "?", "#", " ")


def step_url(function: str, *parameters: tuple[str, str]) -> str:
    """The URL of a Twimlet beside this one; Twilio resolves it against the document's own URL."""
    return f"{function}?{urlencode(parameters)}"


def ignored(name: str) -> None:
    """Write to the log that a parameter cannot be used; its value may be a number or a text."""
    note(log, "The query parameter %s cannot be used, so it is ignored", name)


def _values(query: Pairs, name: str) -> Iterator[tuple[str, str]]:
    """What stands behind `name` in each parameter of that name, and its value; no blank ones."""
    for written, value in query:
        if written.startswith(name):
            key = written[len(name) :]
            is_index = key.startswith("[") and key.find("]") == len(key) - 1
            cleaned = _clean(value) if is_index or not key else ""
            if cleaned:
                yield key, cleaned


def _clean(value: str) -> str:
    return xml_text(value).strip()
