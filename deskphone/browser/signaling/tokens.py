"""Access tokens, which let a browser in (twilio.com/docs/iam/access-tokens).

PyJWT loads cryptography, and so it is only imported when the first token arrives.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

from deskphone.account.account import Account
from deskphone.browser.signaling.frames import Fields, sendable
from deskphone.clock import Clock
from deskphone.values import ACCOUNT_SID, API_KEY_SID

INVALID, EXPIRED, TOO_LONG = 31204, 31205, 31207
"""Codes of the signaling. The SDK reports 20101 for the first and 20104 for the second."""
CONTENT_TYPE = "twilio-fpa;v=1"
LONGEST_S = 86_400
IDENTITY_LIMIT = 256
"""Source: twilio.com/docs/voice/twiml/client."""
LATEST = 2**40
SKEW_S = 60
"""How far the clock of the machine that made the token may be ahead."""
SIGNATURE_ONLY = {
    f"verify_{claim}": False for claim in ("exp", "nbf", "iat", "aud", "iss", "sub", "jti")
}


class TokenError(Exception):
    """A token isn't accepted; `code` is the signaling's, and the message says what to do."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True)
class AccessToken:
    """A valid token. `expires_s` is its `exp`, in seconds since 1970.

    `identity` is "" if it has none. `application_sid` is "" if it allows no outgoing calls.
    `parameters` go to the application with each call.
    """

    text: str = field(repr=False)
    identity: str
    expires_s: float
    incoming: bool
    application_sid: str
    parameters: Mapping[str, str]

    def ttl(self, now: datetime) -> int:
        """Return the seconds until it expires, as Twilio tells the SDK."""
        return math.ceil(self.expires_s) - math.floor(now.timestamp())


class Tokens:
    """Checks access tokens by the account's API keys."""

    def __init__(self, account: Account, clock: Clock) -> None:
        self._account = account
        self._clock = clock

    def checked(self, text: str) -> AccessToken:
        """Return what a token allows; raise TokenError."""
        header, claims = _unverified(text)
        kind = str(header.get("cty", ""))
        if kind != CONTENT_TYPE:
            message = (
                f"The token's header must have cty {CONTENT_TYPE!r}. "
                "Create it with the AccessToken class from Twilio's SDK."
            )
            raise TokenError(INVALID, message)
        self._check_signature(text, claims)
        expires_s = self._checked_times(claims)
        grants = claims.part("grants")
        voice = grants.part("voice")
        outgoing = voice.part("outgoing")
        given = outgoing.part("params")
        return AccessToken(
            text=text,
            identity=_identity(grants),
            expires_s=expires_s,
            incoming=voice.part("incoming").members.get("allow") is True,
            application_sid=outgoing.text("application_sid"),
            parameters={
                sendable(name): sendable(str(value)) for name, value in given.members.items()
            },
        )

    def _check_signature(self, text: str, claims: Fields) -> None:
        account_sid, issuer = claims.text("sub"), claims.text("iss")
        if account_sid != ACCOUNT_SID:
            message = (
                f"The token is for account {account_sid[:34] or '(missing)'}, not this one. "
                f"Create it with the account SID {ACCOUNT_SID}."
            )
            raise TokenError(INVALID, message)
        key = self._account.keys.get(issuer)
        if key is None:
            message = (
                f"The token's API key {issuer[:34] or '(missing)'} doesn't exist. "
                f"Create the token with {API_KEY_SID} or another key of this account."
            )
            raise TokenError(INVALID, message)
        import jwt

        try:
            jwt.decode(text, key.secret, algorithms=["HS256"], options=SIGNATURE_ONLY)  # pyright: ignore[reportArgumentType]
        except jwt.InvalidTokenError as error:
            message = (
                f"The token's signature is wrong. Sign it with HS256 and the secret of {issuer}."
            )
            raise TokenError(INVALID, message) from error

    def _checked_times(self, claims: Fields) -> float:
        """Return when the token expires, in seconds since 1970."""
        now = self._clock.now()
        now_s = now.timestamp()
        expires_s = _moment(claims, "exp", 0)
        # On a manual clock, tokens are still made by the system's.
        latest_s = max(now_s, datetime.now(UTC).timestamp()) + SKEW_S
        starts_s, issued_s = _moment(claims, "nbf", 0), _moment(claims, "iat", now_s)
        if starts_s > latest_s:
            message = "The token isn't valid yet (nbf). Check the clock of your server."
            raise TokenError(INVALID, message)
        if expires_s <= now_s:
            raise TokenError(EXPIRED, "The token has expired. Get a new one and call updateToken.")
        # A time of issue in the future is no excuse for a longer life.
        if expires_s - max(min(issued_s, latest_s), starts_s) > LONGEST_S:
            message = "The token lasts more than 24 hours. Create it with a shorter ttl."
            raise TokenError(TOO_LONG, message)
        return expires_s


def _unverified(text: str) -> tuple[Mapping[str, Any], Fields]:
    """Return the header and the claims without checking them."""
    import jwt

    try:
        header = jwt.get_unverified_header(text)
        claims = jwt.decode(text, options={"verify_signature": False, **SIGNATURE_ONLY})  # pyright: ignore[reportArgumentType]
    except (jwt.InvalidTokenError, ValueError, RecursionError) as error:
        message = "The token isn't a JWT. Create it with the AccessToken class from Twilio's SDK."
        raise TokenError(INVALID, message) from error
    return header, Fields(cast(dict[str, object], claims))


def _moment(claims: Fields, name: str, default: float) -> float:
    """Return a time in seconds since 1970; raise TokenError if it isn't a number."""
    value = claims.members.get(name, default)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < LATEST:
        raise TokenError(INVALID, f"The token's {name} must be a time in seconds since 1970.")
    return value


def _identity(grants: Fields) -> str:
    identity = grants.text("identity")
    if len(identity) > IDENTITY_LIMIT:
        message = f"The token's identity is longer than {IDENTITY_LIMIT} characters. Shorten it."
        raise TokenError(INVALID, message)
    return identity
