"""Who asks: HTTP Basic authentication with the account, its API key, or the test credentials."""

import base64
import hmac
from collections.abc import Callable
from http import HTTPStatus

from deskphone.account.accounts import Accounts
from deskphone.rest.errors import TwilioRefusalError
from deskphone.rest.resources.keys import Keys
from deskphone.values import ACCOUNT_SID, TEST_ACCOUNT_SID, TEST_AUTH_TOKEN

Secrets = Callable[[str], tuple[str, ...]]
"""Gives the passwords that a user may come with; none for who is not known."""


def secrets_of(accounts: Accounts, keys: Keys) -> Secrets:
    """Return what tells the passwords of the account, of its keys and of the test credentials."""

    def secrets(user: str) -> tuple[str, ...]:
        if user == ACCOUNT_SID:
            return accounts.auth_tokens()
        if user == TEST_ACCOUNT_SID:
            return (TEST_AUTH_TOKEN,)
        secret = keys.secret_of(user)
        return () if secret is None else (secret,)

    return secrets


def user_of(header: str, secrets: Secrets) -> str:
    """Return the SID of who asks; raise 20003 for anything but the known pairs."""
    scheme, _, encoded = header.partition(" ")
    try:
        user, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except ValueError:  # no Base64, or no UTF-8 in it
        raise refused_credentials() from None
    same = any(hmac.compare_digest(s.encode(), password.encode()) for s in secrets(user))
    if scheme.lower() != "basic" or not same:
        raise refused_credentials()
    return user


def refused_credentials() -> TwilioRefusalError:
    """Nobody, or somebody who may not (20003)."""
    return TwilioRefusalError(20003, "Authenticate", HTTPStatus.UNAUTHORIZED)
