"""What each setting must look like, and in which words that is said."""

import re
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from shared.local_stack import is_loopback
from shared.phone_numbers import E164, is_short_code_or_name

# No user, query or fragment, and nothing that programs read in different ways.
_BASE_URL = r"https?://[\w.:\[\]-]+(/[\w.~!$&'()*+,;=:@%/-]*)?"
MESSAGING_SERVICE_SID = re.compile(r"MG[0-9a-fA-F]{32}")

# The entry of BLOCKED_CALLERS that stands for everybody who shows no number.
ANONYMOUS = "anonymous"
# A year: a link that never ends would be a key.
MAX_LINK_HOURS = 8784
# The settle window is for outcomes that are not known; a day is longer than any of them lasts.
LEAST_WINDOW_S, MAX_WINDOW_S = 3, 86_400


def broken_rules(given: Mapping[str, str]) -> list[str]:
    """The names of malformed settings, each with its rule; never a value."""
    return [
        f"{name} ({rule})"
        for name, (is_valid, rule) in _RULES.items()
        if name in given and not is_valid(given[name])
    ]


def listed(text: str) -> list[str]:
    """The entries of a list with commas, in lower case; numbers may be set apart for reading."""
    entries = (re.sub(r"[\s().-]", "", entry).lower() for entry in text.split(","))
    return [entry for entry in entries if entry]


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
        lambda text: all(e == ANONYMOUS or E164.fullmatch(e) for e in listed(text)),
        "must be numbers like +12025550123, or the word anonymous, with commas between them",
    ),
    "BLOCKED_CALLERS_REASON": (
        lambda text: text in ("rejected", "busy"),
        "must be rejected or busy",
    ),
    "LINK_LIFETIME_HOURS": (
        lambda text: bool(re.fullmatch("[0-9]{1,4}", text)) and 1 <= int(text) <= MAX_LINK_HOURS,
        f"must be a whole number from 1 to {MAX_LINK_HOURS}",
    ),
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
    "SETTLE_WINDOW_SECONDS": (
        lambda text: (
            bool(re.fullmatch("[0-9]{1,5}", text)) and LEAST_WINDOW_S <= int(text) <= MAX_WINDOW_S
        ),
        f"must be a whole number from {LEAST_WINDOW_S} to {MAX_WINDOW_S}",
    ),
    "LOCAL_STACK_URL": (_is_local_base_url, "must be a loopback address"),
    "LOCAL_STACK_TWILIO_URL": (_is_local_base_url, "must be a loopback address"),
}
