"""The credentials for Twilio's REST API, and the client that uses them."""

import asyncio
import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

from shared.config.credentials import Credentials
from shared.config.settings import Secret

if TYPE_CHECKING:
    from twilio.rest import Client

    from shared.twilio_api.transport import TwilioHttp

# The cached values, the current ones in the vault, and the secondary ones.
MAX_ATTEMPTS = 3

# Account SID and auth token, or account SID, API key SID and API key secret.
Values = tuple[str, ...]

log = logging.getLogger(__name__)


class RestCredentials:
    """The secrets for REST requests, with the secondary ones as a fallback during a rotation.

    While a new API key is being written, its SID may be read together with the old secret. Twilio
    refuses such a pair, and then the secondary one works.
    """

    def __init__(
        self,
        credentials: Credentials,
        primary: tuple[Secret, ...],
        secondary: tuple[Secret, ...],
    ) -> None:
        """Both tuples start with the account SID."""
        self._credentials = credentials
        self._primary = primary
        self._secondary = secondary
        # The values that Twilio refused last, so that no request starts with them.
        self._refused: set[Values] = set()

    async def first(self) -> Values:
        """Return the primary values, unless they were refused and the secondary ones weren't.

        Raise ConfigurationError or VaultError if the primary values are not available.
        """
        current = await self._credentials.get(*self._primary)
        if current not in self._refused:
            return current
        secondary = await self._secondary_values()
        return current if secondary is None or secondary in self._refused else secondary

    async def after(self, tried: Sequence[Values]) -> Values | None:
        """Return the values to try after Twilio has refused all of `tried`, or None.

        Read everything from the vault again, at most once per interval (Credentials.refresh).
        """
        self._note_refusal(tried[-1])
        if len(tried) >= MAX_ATTEMPTS:
            return None
        await self._credentials.refresh(*dict.fromkeys((*self._primary, *self._secondary)))
        for values in (
            await self._credentials.get(*self._primary),
            await self._secondary_values(),
        ):
            if values is not None and values not in tried:
                return values
        return None

    def note_success(self, values: Values) -> None:
        """Note that Twilio accepts these values, perhaps again."""
        self._refused.discard(values)

    def _note_refusal(self, values: Values) -> None:
        if values in self._refused:
            return
        log.warning("Twilio refused the value of %s; trying others", self._primary[-1])
        if len(self._refused) >= MAX_ATTEMPTS:  # they are from an old rotation
            self._refused.clear()
        self._refused.add(values)

    async def _secondary_values(self) -> Values | None:
        """Return the account SID with the secondary values, or None if one is missing."""
        account, *others = self._secondary
        found = await asyncio.gather(*(self._credentials.find(secret) for secret in others))
        values = [value for value in found if value]
        if len(values) < len(others):
            return None
        return (*await self._credentials.get(account), *values)


class TwilioConnections:
    """Twilio's client and its connections; they belong to the event loop that first uses them."""

    def __init__(self, local_twilio_url: str) -> None:
        """`local_twilio_url` is the URL of the local stack's Twilio; "" means the real one."""
        self._local_twilio_url = local_twilio_url
        self._transport: TwilioHttp | None = None
        self._signed_in: tuple[Values, Client] | None = None

    def connect(self, values: Values) -> "Client":
        """Return Twilio's client with these values of the REST secrets."""
        if self._signed_in is not None and self._signed_in[0] == values:
            return self._signed_in[1]
        from twilio.rest import Client

        from shared.twilio_api.transport import TwilioHttp

        if self._transport is None:
            self._transport = TwilioHttp(self._local_twilio_url)
        account_sid, *key_sid, password = values
        user = key_sid[0] if key_sid else account_sid
        client = Client(user, password, account_sid, http_client=self._transport)
        self._signed_in = (values, client)
        return client

    async def close(self) -> None:
        """Close the connections; a later request opens new ones."""
        transport, self._transport, self._signed_in = self._transport, None, None
        if transport is not None:
            await transport.close()

    def abandon(self) -> None:
        """Let the operating system close the connections, as at exit, after their event loop."""
        if self._transport is not None:
            self._transport.abandon()
