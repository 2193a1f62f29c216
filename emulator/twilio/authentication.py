"""Who asks: HTTP Basic authentication with the account, its API key, or the test credentials."""

import base64
import hmac
from http import HTTPStatus

from emulator.local_values import (
    ACCOUNT_SID,
    API_KEY_SECRET,
    API_KEY_SID,
    TEST_ACCOUNT_SID,
    TEST_AUTH_TOKEN,
)
from emulator.twilio.errors import TwilioRefusalError

PASSWORDS = {API_KEY_SID: API_KEY_SECRET, TEST_ACCOUNT_SID: TEST_AUTH_TOKEN}


def user_of(header: str, auth_token: str) -> str:
    """Return the SID of who asks; raise 20003 for anything but the known pairs.

    `auth_token` is the account's at present.
    """
    scheme, _, encoded = header.partition(" ")
    try:
        user, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except ValueError:  # no Base64, or no UTF-8 in it
        raise refused_credentials() from None
    known = auth_token if user == ACCOUNT_SID else PASSWORDS.get(user)
    same = known is not None and hmac.compare_digest(known.encode(), password.encode())
    if scheme.lower() != "basic" or not same:
        raise refused_credentials()
    return user


def refused_credentials() -> TwilioRefusalError:
    """Nobody, or somebody who may not (20003)."""
    return TwilioRefusalError(20003, "Authenticate", HTTPStatus.UNAUTHORIZED)
