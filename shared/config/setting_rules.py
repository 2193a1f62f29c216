"""What each setting must look like, and in which words that is said."""

import re
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from shared.config.guard_settings import EVERY_COUNTRY, entries
from shared.config.local_stack import is_loopback
from shared.phone_numbers import E164, SHORT_NUMBER, is_short_code_or_name

# No user, query or fragment, and nothing that programs read in different ways.
_BASE_URL = r"https?://[\w.:\[\]-]+(/[\w.~!$&'()*+,;=:@%/-]*)?"
_TWIML_HOST = re.compile(r"\*|[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", re.ASCII)
MESSAGING_SERVICE_SID = re.compile(r"MG[0-9a-fA-F]{32}")

# The entry of BLOCKED_CALLERS that stands for everybody who shows no number.
ANONYMOUS = "anonymous"
# A year: a link that never ends would be a key.
MAX_LINK_HOURS = 8784
# More would not fit into the ledger's row of a recipient.
MAX_RECIPIENT_LIMIT = 1000
MAX_DAILY = 1_000_000_000
DAY_S = 86_400
# The settle window is for outcomes that are not known; a day is longer than any of them lasts.
LEAST_WINDOW_S, MAX_WINDOW_S = 3, 86_400


def broken_rules(given: Mapping[str, str]) -> list[str]:
    """The names of malformed settings, each with its rule; never a value."""
    return [
        f"{name} ({rule})"
        for name, (is_valid, rule) in _RULES.items()
        if name in given and not is_valid(given[name])
    ]


def _is_base_url(text: str) -> bool:
    """An http(s) URL that paths can be appended to."""
    if not re.fullmatch(_BASE_URL, text, re.ASCII | re.IGNORECASE):
        return False
    try:
        url = urlsplit(text)
        return bool(url.hostname) and (url.port is None or url.port > 0)
    except ValueError:
        return False


def _is_local_base_url(text: str) -> bool:
    return is_loopback(text) and _is_base_url(text)


def _is_country(entry: str) -> bool:
    """A region code of ISO 3166, a prefix of international numbers, or all countries."""
    is_region = len(entry) == 2 and entry.isascii() and entry.isalpha()
    return is_region or entry == EVERY_COUNTRY or bool(re.fullmatch(r"\+[1-9][0-9]{0,6}", entry))


def _whole(least: int, most: int) -> tuple[Callable[[str], bool], str]:
    """The rule of a whole number."""

    def is_valid(text: str) -> bool:
        return bool(re.fullmatch("[0-9]{1,10}", text)) and least <= int(text) <= most

    return is_valid, f"must be a whole number from {least} to {most}"


def _is_switch(text: str) -> bool:
    return text in ("true", "false")


def _is_https_url(text: str) -> bool:
    return text.startswith("https://") and _is_base_url(text)


_RULES: Mapping[str, tuple[Callable[[str], bool], str]] = {
    "KEY_VAULT_URL": (_is_https_url, "must look like https://name.vault.azure.net"),
    "TWILIO_REST_CREDENTIAL": (
        lambda text: text in ("auth_token", "api_key"),
        "must be auth_token or api_key",
    ),
    "TWILIO_FROM_NUMBER": (
        lambda text: bool(E164.fullmatch(text)) or is_short_code_or_name(text),
        "must be a number like +12025550100, a short code or an alphanumeric sender",
    ),
    "TWILIO_MESSAGING_SERVICE_SID": (
        lambda text: bool(MESSAGING_SERVICE_SID.fullmatch(text)),
        "must be MG and 32 hexadecimal digits",
    ),
    "PUBLIC_URL": (_is_base_url, "must be an http(s) URL without user, query or fragment"),
    "DEFAULT_REGION": (
        lambda text: len(text) == 2 and text.isascii() and text.isalpha(),
        "must be two letters, for example US",
    ),
    "BLOCKED_CALLERS": (
        lambda text: all(e == ANONYMOUS or E164.fullmatch(e) for e in entries(text)),
        "must be numbers like +12025550123, or the word anonymous, with commas between them",
    ),
    "BLOCKED_CALLERS_REASON": (
        lambda text: text in ("rejected", "busy"),
        "must be rejected or busy",
    ),
    "LINK_LIFETIME_HOURS": _whole(1, MAX_LINK_HOURS),
    "KILL_SWITCH": (_is_switch, "must be true or false"),
    "DRY_RUN": (_is_switch, "must be true or false"),
    "ALLOWED_COUNTRIES": (
        lambda text: all(_is_country(entry) for entry in entries(text)),
        "must be countries like US, prefixes like +4670, or *, with commas between them",
    ),
    "ALLOWED_NUMBERS": (
        lambda text: all(E164.fullmatch(e) or SHORT_NUMBER.fullmatch(e) for e in entries(text)),
        "must be numbers like +12025550123, or short ones like 12345, with commas between them",
    ),
    "BLOCKED_RECIPIENTS": (
        lambda text: all(E164.fullmatch(entry) for entry in entries(text)),
        "must be numbers like +12025550123, with commas between them",
    ),
    "ALLOWED_TWIML_HOSTS": (
        lambda text: all(_TWIML_HOST.fullmatch(host.strip()) for host in text.split(",")),
        "must be host names like bot.example.com, or *, with commas between them",
    ),
    "RECIPIENT_LIMIT": _whole(0, MAX_RECIPIENT_LIMIT),
    "RECIPIENT_LIMIT_SECONDS": _whole(1, DAY_S),
    "DAILY_SEGMENT_LIMIT": _whole(0, MAX_DAILY),
    "DAILY_CALL_LIMIT": _whole(0, MAX_DAILY),
    "MAX_CALL_SECONDS": _whole(1, DAY_S),
    "AzureWebJobsStorage__tableServiceUri": (
        _is_https_url,
        "must look like https://name.table.core.windows.net",
    ),
    "AzureWebJobsStorage__accountName": (
        lambda text: bool(re.fullmatch("[a-z0-9]{3,24}", text)),
        "must be the name of a storage account",
    ),
    "LEDGER_TABLE": (
        lambda text: bool(re.fullmatch("[A-Za-z][A-Za-z0-9]{2,62}", text)),
        "must be 3 to 63 letters and digits, a letter first",
    ),
    "STORAGE_OUTAGE": (
        lambda text: text in ("refuse_keyed", "refuse_all", "send_all"),
        "must be refuse_keyed, refuse_all or send_all",
    ),
    "SETTLE_WINDOW_SECONDS": _whole(LEAST_WINDOW_S, MAX_WINDOW_S),
    "LOCAL_STACK_URL": (_is_local_base_url, "must be a loopback address"),
    "LOCAL_STACK_TWILIO_URL": (_is_local_base_url, "must be a loopback address"),
}
