"""The kinds of settings: the text each accepts, the rule in words, and the value it yields."""

import re
from collections.abc import Callable, Sequence
from typing import Any, get_args
from urllib.parse import urlsplit

from shared.config.local_stack import is_any_address, is_loopback
from shared.config.tables import Kind
from shared.phone_numbers import (
    E164,
    MESSAGING_SERVICE_SID,
    SHORT_NUMBER,
    is_short_code_or_name,
    is_withheld,
    one_spelling,
    without_formatting,
)

# In BLOCKED_CALLERS: every caller without a number.
ANONYMOUS = "anonymous"
# Any country. Networks without a country (satellites) still need their own prefix in the list.
EVERY_COUNTRY = "*"
# No user, query or fragment, and nothing that programs parse differently.
_BASE_URL = r"https?://[\w.:\[\]-]+(/[\w.~!$&'()*+,;=:@%/-]*)?"


def choice(literal: object) -> Kind[Any]:
    """Return the kind that accepts the words of a `Literal`."""
    words = get_args(literal)
    return Kind(f"must be {', '.join(words[:-1])} or {words[-1]}", words.__contains__, str)


def whole(least: int, most: int) -> Kind[int]:
    """Return the kind that accepts whole numbers within these bounds."""

    def is_valid(text: str) -> bool:
        return bool(re.fullmatch("[0-9]{1,10}", text)) and least <= int(text) <= most

    return Kind(f"must be a whole number from {least} to {most}", is_valid, int)


def https_url(example: str) -> Kind[str]:
    """Return the kind that accepts https URLs."""
    return _url(
        f"must look like {example}",
        lambda text: text.startswith("https://") and _is_base_url(text),
    )


def https_host(example: str) -> Kind[str]:
    """Return the kind that accepts https URLs without a path."""
    return _url(
        f"must look like {example}, without a path",
        lambda text: https_url(example).is_valid(text) and urlsplit(text).path in ("", "/"),
    )


def _url(rule: str, is_valid: Callable[[str], object]) -> Kind[str]:
    """Return the kind of a URL; its trailing slash is removed."""
    return Kind(rule, is_valid, lambda text: text.rstrip("/"))


def _is_base_url(text: str) -> bool:
    """Whether this is an http(s) URL that paths can be appended to."""
    if not re.fullmatch(_BASE_URL, text, re.ASCII | re.IGNORECASE):
        return False
    try:
        url = urlsplit(text)
        return bool(url.hostname) and (url.port is None or url.port > 0)
    except ValueError:
        return False


def _is_host(entry: str) -> bool:
    """Whether this is a name with at least one dot and an optional port."""
    host = re.fullmatch(r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?::([0-9]{1,5}))?", entry)
    return bool(host) and 0 < int(host[1] or 443) <= 65_535


def _is_country(entry: str) -> bool:
    """Whether this is a region code, an international prefix or `*`."""
    is_prefix = bool(re.fullmatch(r"\+[1-9][0-9]{0,6}", entry))
    return entry == EVERY_COUNTRY or is_prefix or _is_region(entry)


def _is_region(text: str) -> bool:
    """Whether this is the ISO 3166 code of a region that has phone numbers."""
    from shared.config.country_names import has_name

    return has_name(text.upper())


def _list(
    rule: str,
    is_entry: Callable[[str], object],
    split: Callable[[str], Sequence[str]],
    kept_as: Callable[[str], str] = str,
) -> Kind[frozenset[str]]:
    """Return the kind that accepts a list of entries, as `split` finds them in the text."""
    return Kind(
        f"{rule}, separated by commas",
        lambda text: all(is_entry(entry) for entry in split(text)),
        lambda text: frozenset(kept_as(entry) for entry in split(text)),
    )


def _numbers(text: str) -> list[str]:
    """Split a list of numbers and words, in lower case; drop the separators inside numbers."""
    written = (without_formatting(entry) for entry in text.split(","))
    entries = ("".join(c for c in entry if c not in " ().-\t") for entry in written)
    return [entry.lower() for entry in entries if entry]


def _names(text: str) -> list[str]:
    return [entry.strip() for entry in text.split(",")]


TEXT = Kind("", bool, str)
PRESENCE = Kind("", bool, bool)
SWITCH = Kind("must be true or false", ("true", "false").__contains__, "true".__eq__)
# A setting of the Functions runtime, which takes anything else for false.
RUNTIME_SWITCH = Kind("", bool, lambda text: text.lower() in ("1", "true", "t", "yes", "y"))
REGION = Kind(
    "must be a country code such as US, or GB for the United Kingdom", _is_region, str.upper
)
SENDER = Kind(
    "must be a phone number like +12025550100, a short code or an alphanumeric sender",
    lambda text: E164.fullmatch(text) or is_short_code_or_name(text),
    str,
)
MESSAGING_SERVICE = Kind(
    "must be MG followed by 32 hexadecimal digits", MESSAGING_SERVICE_SID.fullmatch, str
)
TWIML_APP = Kind(
    "must be AP followed by 32 hexadecimal digits",
    lambda text: re.fullmatch("AP[0-9a-fA-F]{32}", text),
    str,
)
TWILIO_REGION = Kind(
    "must be one of Twilio's regions, such as us1 or ie1",
    lambda text: re.fullmatch("[a-z]{2}[0-9]", text),
    str,
)
SIGN_IN = Kind("must be easy_auth", "easy_auth".__eq__, str)
BASE_URL = _url(
    "must be an http(s) URL that Twilio can request, without a user, query or fragment",
    lambda text: _is_base_url(text) and not is_any_address(text),
)
LOCAL_URL = _url(
    "must be a loopback URL like http://127.0.0.1:7072",
    lambda text: is_loopback(text) and _is_base_url(text),
)
STORAGE_ACCOUNT = Kind(
    "must be the name of a storage account", lambda text: re.fullmatch("[a-z0-9]{3,24}", text), str
)
TABLE_NAME = Kind(
    "must be 3 to 63 letters and digits, starting with a letter",
    lambda text: re.fullmatch("[A-Za-z][A-Za-z0-9]{2,62}", text),
    str,
)
CALLERS = _list(
    "must be phone numbers like +12025550123, or the word anonymous",
    lambda entry: entry == ANONYMOUS or E164.fullmatch(entry),
    _numbers,
    lambda entry: ANONYMOUS if is_withheld(entry) else one_spelling(entry),
)
FULL_NUMBERS = _list(
    "must be phone numbers like +12025550123", E164.fullmatch, _numbers, one_spelling
)
COUNTRIES = _list(
    "must be country codes such as US, or GB for the United Kingdom, prefixes like +4670, or *",
    _is_country,
    _numbers,
    str.upper,
)
NUMBERS = _list(
    "must be phone numbers like +12025550123 or short numbers like 12345",
    lambda entry: E164.fullmatch(entry) or SHORT_NUMBER.fullmatch(entry),
    _numbers,
    one_spelling,
)
HOSTS = _list(
    "must be host names like bot.example.com or bot.example.com:8443, or *",
    lambda entry: entry == "*" or _is_host(entry),
    _names,
    str.lower,
)
