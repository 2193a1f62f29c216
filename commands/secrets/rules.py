"""The format of each secret, to catch copy-and-paste mistakes, and where Twilio shows it."""

import re
from collections.abc import Collection

from shared.config.settings import Secret

_HEX = re.compile("[0-9a-fA-F]{32}")
_ACCOUNT_SID = re.compile("AC[0-9a-fA-F]{32}")
_API_KEY_SID = re.compile("SK[0-9a-fA-F]{32}")
_KEY = re.compile(r"[\x21-\x7e]{16,}")
_LONG = re.compile(r"[\x21-\x7e]{32,}")

# Twilio's docs show tokens of 32 hexadecimal digits; API key secrets have no documented format.
_RULES = {
    Secret.ACCOUNT_SID: (_ACCOUNT_SID, "must be AC followed by 32 hexadecimal digits"),
    Secret.AUTH_TOKEN: (_HEX, "must be 32 hexadecimal digits"),
    Secret.AUTH_TOKEN_SECONDARY: (_HEX, "must be 32 hexadecimal digits"),
    Secret.API_KEY_SID: (_API_KEY_SID, "must be SK followed by 32 hexadecimal digits"),
    Secret.API_KEY_SECRET: (_KEY, "must have at least 16 characters"),
    Secret.API_KEY_SID_SECONDARY: (_API_KEY_SID, "must be SK followed by 32 hexadecimal digits"),
    Secret.API_KEY_SECRET_SECONDARY: (_KEY, "must have at least 16 characters"),
    Secret.WEBHOOK_KEY: (_KEY, "must have at least 16 characters"),
    Secret.WEBHOOK_KEY_SECONDARY: (_KEY, "must have at least 16 characters"),
    Secret.LINK_SIGNING_KEY: (_LONG, "must have at least 32 characters"),
    Secret.LINK_SIGNING_KEY_SECONDARY: (_LONG, "must have at least 32 characters"),
}

_FIRST_PAGE = "The account SID and auth token are on the home page of https://console.twilio.com."
_AUTH_TOKENS = (
    "The secondary auth token is in Twilio's console, under Account > API keys & tokens, in the "
    "Auth Tokens section."
)
_API_KEYS = (
    "API keys are in Twilio's console, under Account > API keys & tokens. A key's secret is only "
    "shown once, when you create the key."
)
# Twilio's help, "Auth Tokens and How to Change Them". It doesn't say where webhook keys are.
_PLACES = {
    Secret.ACCOUNT_SID: _FIRST_PAGE,
    Secret.AUTH_TOKEN: _FIRST_PAGE,
    Secret.AUTH_TOKEN_SECONDARY: _AUTH_TOKENS,
    Secret.API_KEY_SID: _API_KEYS,
    Secret.API_KEY_SECRET: _API_KEYS,
    Secret.API_KEY_SID_SECONDARY: _API_KEYS,
    Secret.API_KEY_SECRET_SECONDARY: _API_KEYS,
}


def places(secrets: Collection[Secret]) -> list[str]:
    """Return where to find these secrets, each place once."""
    return list(dict.fromkeys(_PLACES[secret] for secret in secrets if secret in _PLACES))


def fault(secret: Secret, text: str) -> str:
    """Return what is wrong with a secret, without showing it; "" if it is valid."""
    pattern, rule = _RULES[secret]
    return "" if pattern.fullmatch(text) else rule
