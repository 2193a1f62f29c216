"""What each secret looks like, so that a slip of the clipboard is found before it is stored."""

import re

from shared.settings import Secret

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


def fault(secret: Secret, text: str) -> str:
    """Say what is wrong with the text of a secret, without showing it; "" when nothing is."""
    pattern, rule = _RULES[secret]
    return "" if pattern.fullmatch(text) else rule
