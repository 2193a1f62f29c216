"""The account itself: its name, auth tokens and API keys, and who can sign in."""

import base64
import hmac
import secrets

from deskphone.clock import Clock
from deskphone.records.key import Key
from deskphone.values import (
    ACCOUNT_SID,
    API_KEY_SECRET,
    API_KEY_SID,
    AUTH_TOKEN,
    TEST_ACCOUNT_SID,
    TEST_AUTH_TOKEN,
)

FRIENDLY_NAME = "Local stack"


class Account:
    """The only account, without subaccounts. `keys` are its API keys by SID, oldest first."""

    sid = ACCOUNT_SID

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.reset()

    def reset(self) -> None:
        """Return to the initial name, token and key."""
        now = self._clock.now()
        self.friendly_name = FRIENDLY_NAME
        self.created = self.updated = now
        self.secondary_auth_token = ""
        self.keys = {API_KEY_SID: Key(API_KEY_SID, API_KEY_SECRET, FRIENDLY_NAME, now, now)}
        self._primary = AUTH_TOKEN
        self._imposed = ""

    @property
    def auth_token(self) -> str:
        """The primary token, which signs Twilio's requests."""
        return self._imposed or self._primary

    def override_token(self, auth_token: str) -> None:
        """Use another token instead of the primary one; "" ends that."""
        self._imposed = auth_token

    def add_secondary(self) -> str:
        """Create a secondary token and return it."""
        self.secondary_auth_token = secrets.token_hex(16)
        return self.secondary_auth_token

    def promote(self) -> None:
        """Make the secondary token primary. The old primary token stops working immediately."""
        self._primary, self.secondary_auth_token = self.secondary_auth_token, ""
        self._imposed = ""
        self.updated = self._clock.now()

    def rename(self, friendly_name: str) -> None:
        """Change the name."""
        self.friendly_name = friendly_name
        self.updated = self._clock.now()

    def user_of(self, authorization: str) -> str | None:
        """Return the SID of the account or key that signs in with this HTTP Basic header.

        Return None for any other header or a wrong password.
        """
        scheme, _, encoded = authorization.partition(" ")
        try:
            user, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
        except ValueError:  # invalid Base64 or invalid UTF-8
            return None
        right = (one.encode() for one in self._passwords_of(user))
        is_right = any(hmac.compare_digest(one, password.encode()) for one in right)
        return user if is_right and scheme.lower() == "basic" else None

    def _passwords_of(self, user: str) -> tuple[str, ...]:
        """Return a user's passwords; empty if the user doesn't exist.

        According to Twilio's docs, the secondary token works for API requests; this is unconfirmed.
        """
        if user == ACCOUNT_SID:
            return tuple(filter(None, (self.auth_token, self.secondary_auth_token)))
        if user == TEST_ACCOUNT_SID:
            return (TEST_AUTH_TOKEN,)
        return (self.keys[user].secret,) if user in self.keys else ()
