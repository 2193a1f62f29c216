"""What each secret looks like, to find a slip of the clipboard, and where Twilio shows it."""

import re
from collections.abc import Collection

from shared.config.settings import Secret

_HEX = re.compile("[0-9a-fA-F]{32}")
_ACCOUNT_SID = re.compile("AC[0-9a-fA-F]{32}")
_API_KEY_SID = re.compile("SK[0-9a-fA-F]{32}")
_KEY = re.compile(r"[\x21-\x7e]{16,}")
_LONG = re.compile(r"[\x21-\x7e]{32,}")

# Twilio's docs show tokens of 32 hexadecimal digits, and promise none for API key secrets.
_RULES = {
    Secret.ACCOUNT_SID: (_ACCOUNT_SID, "must be AC and 32 hexadecimal digits"),
    Secret.AUTH_TOKEN: (_HEX, "must be 32 hexadecimal digits"),
    Secret.AUTH_TOKEN_SECONDARY: (_HEX, "must be 32 hexadecimal digits"),
    Secret.API_KEY_SID: (_API_KEY_SID, "must be SK and 32 hexadecimal digits"),
    Secret.API_KEY_SECRET: (_KEY, "must be 16 characters or more"),
    Secret.API_KEY_SID_SECONDARY: (_API_KEY_SID, "must be SK and 32 hexadecimal digits"),
    Secret.API_KEY_SECRET_SECONDARY: (_KEY, "must be 16 characters or more"),
    Secret.WEBHOOK_KEY: (_KEY, "must be 16 characters or more"),
    Secret.WEBHOOK_KEY_SECONDARY: (_KEY, "must be 16 characters or more"),
    Secret.LINK_SIGNING_KEY: (_LONG, "must be 32 characters or more"),
    Secret.LINK_SIGNING_KEY_SECONDARY: (_LONG, "must be 32 characters or more"),
}

_FIRST_PAGE = "Account SID and auth token are on the first page of https://console.twilio.com."
_AUTH_TOKENS = (
    "The secondary auth token is in Twilio's console, on the page Account > API keys & tokens, in "
    "its section Auth Tokens."
)
_API_KEYS = (
    "API keys are in Twilio's console, on the page Account > API keys & tokens. The secret of one "
    "is shown only once, when the key is made."
)
# Twilio's help, "Auth Tokens and How to Change Them". Its pages do not say where webhook keys are.
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
    """Say where these secrets are found, each place once."""
    return list(dict.fromkeys(_PLACES[secret] for secret in secrets if secret in _PLACES))


def fault(secret: Secret, text: str) -> str:
    """Say what is wrong with the text of a secret, without showing it; "" when nothing is."""
    pattern, rule = _RULES[secret]
    return "" if pattern.fullmatch(text) else rule
