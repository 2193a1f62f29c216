"""The query parameters of the Twimlets: lists and tables as PHP writes them, read with patience.

The originals at twimlets.com are PHP: `Name[0]=a&Name[1]=b` or `Name[]=a&Name[]=b` is a list, and
`Name[key]=a` a table. A value that cannot be used is left out, and the log names its parameter:
whoever calls the line can do nothing about it.
"""

import logging
import re
from collections.abc import Sequence
from urllib.parse import quote, urlencode

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
    pattern = re.compile(re.escape(name) + r"(\[[^\]]*\])?")
    values = (_clean(value) for key, value in query if pattern.fullmatch(key))
    given = [value for value in values if value]
    taken = [value for value in given if len(value) <= MAX_VALUE_CHARS][:MAX_ENTRIES]
    if len(taken) < len(given):
        ignored(name)
    return taken


def text(query: Pairs, name: str) -> str:
    """The first value of `name` that is not blank, else an empty text."""
    return next(iter(entries(query, name)), "")


def table(query: Pairs, name: str) -> dict[str, str]:
    """The values of `name[key]` by key; `name` stands for `name[0]`, `name[]` for the next key."""
    pattern = re.compile(re.escape(name) + r"(?:\[([^\]]*)\])?")
    found: dict[str, str] = {}
    is_complete = True
    for key, value in query:
        match = pattern.fullmatch(key)
        cleaned = _clean(value) if match else ""
        if not match or not cleaned:
            continue
        if len(cleaned) > MAX_VALUE_CHARS or len(found) == MAX_ENTRIES:
            is_complete = False
            continue
        next_key = "0" if match[1] is None else str(len(found))
        found[_clean(match[1] or "") or next_key] = cleaned
    if not is_complete:
        ignored(name)
    return found


def named(query: Pairs, names: Sequence[str]) -> Pairs:
    """The parameters with these names, lists and tables as well: what goes on to the next step."""
    return [pair for pair in query if pair[0].partition("[")[0] in names]


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
    written = entries([(key, re.sub("^ (?=[0-9])", "+", value)) for key, value in query], name)
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
        log.warning(
            "Query parameters that are none of this function's: %s. "
            "Encode a URL in a URL, its & too.",
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


def is_same_number(one: str, other: str) -> bool:
    """Whether two texts mean the same number; not without a digit.

    Where both begin with a `+` all digits count: +1 478 555 0123 is in Georgia, +47 8555 0123 in
    Norway. Otherwise an American number may be written without its 1.
    """
    if one.startswith("+") and other.startswith("+"):
        return bool(digits_of(one)) and _only_digits(one) == _only_digits(other)
    return bool(digits_of(one)) and digits_of(one) == digits_of(other)


def digits_of(number: str) -> str:
    """The digits of a number as people write it: an American one has ten, without its 1."""
    digits = _only_digits(number)
    return digits[1:] if len(digits) == 11 and digits.startswith("1") else digits


def step_url(function: str, *parameters: tuple[str, str]) -> str:
    """The URL of a Twimlet beside this one; Twilio resolves it against the document's own URL."""
    return f"{function}?{urlencode(parameters)}"


def ignored(name: str) -> None:
    """Write to the log that a parameter cannot be used; its value may be a number or a text."""
    log.warning("The query parameter %s cannot be used and is left out", name)


def _only_digits(number: str) -> str:
    return re.sub("[^0-9]", "", number)


def _clean(value: str) -> str:
    return xml_text(value).strip()
