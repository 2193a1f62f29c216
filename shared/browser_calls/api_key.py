"""The API key that signs tokens, even while it is being changed.

Twilio refuses a wrong signature only when the browser uses the token, so nothing corrects it here,
unlike the credentials of a request.
"""

import asyncio
from typing import NamedTuple

from shared.config.credentials import Credentials
from shared.config.settings import Secret

_PRIMARY = (Secret.ACCOUNT_SID, Secret.API_KEY_SID, Secret.API_KEY_SECRET)
_SECONDARY = (Secret.API_KEY_SID_SECONDARY, Secret.API_KEY_SECRET_SECONDARY)


class ApiKey(NamedTuple):
    """The account, and the SID and secret of its key."""

    account_sid: str
    sid: str
    secret: str


async def current_key(credentials: Credentials) -> ApiKey:
    """Return the primary key, at most an hour old; raise VaultError or ConfigurationError.

    If the vault got a new key in between, its SID and secret don't belong together. That shows
    when only one of them is also in the secondary key, which is the next one: then read them again.
    """
    key, next_key = await _read(credentials)
    if (key.sid == next_key.sid) != (key.secret == next_key.secret):
        await credentials.refresh(*_PRIMARY, *_SECONDARY)
        key, next_key = await _read(credentials)
    # The secret of a key never changes, and the secondary key was complete before this one.
    return next_key if key.sid == next_key.sid else key


async def _read(credentials: Credentials) -> tuple[ApiKey, ApiKey]:
    """Return the primary and the secondary key, after waiting for values that are read again.

    What the secondary key doesn't have is "".
    """
    await credentials.get(*_PRIMARY)
    await asyncio.gather(*map(credentials.find, _SECONDARY))
    await credentials.settle()
    account_sid, *primary = await credentials.get(*_PRIMARY)
    secondary = [credentials.known(secret) or "" for secret in _SECONDARY]
    return ApiKey(account_sid, *primary), ApiKey(account_sid, *secondary)
