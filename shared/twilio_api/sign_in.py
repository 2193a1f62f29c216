"""What the app signs in to Twilio's REST API with, and the clients that are signed in."""

import asyncio
import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

from shared.config.credentials import Credentials
from shared.config.settings import Secret

if TYPE_CHECKING:
    from twilio.rest import Client

    from shared.twilio_api.transport import TwilioHttp

# The values that are known, those of the vault now, and the secondary ones.
MAX_ATTEMPTS = 3

# Account SID and auth token; or account SID, SID and secret of an API key.
Values = tuple[str, ...]

log = logging.getLogger(__name__)


class RestCredentials:
    """The secrets for REST requests, and the secondary ones that count while they are changed.

    While somebody writes a new API key, its SID may be read with the secret of the old one. Twilio
    refuses such a pair, and then the secondary one works.
    """

    def __init__(
        self,
        credentials: Credentials,
        primary: tuple[Secret, ...],
        secondary: tuple[Secret, ...],
    ) -> None:
        """Both tuples begin with the account's SID."""
        self._credentials = credentials
        self._primary = primary
        self._secondary = secondary
        # What Twilio refused last, so that no request begins with it.
        self._refused: set[Values] = set()

    async def first(self) -> Values:
        """What to begin with: the primary values, unless they are refused and the others are not.

        Raise ConfigurationError or VaultError when there are no primary values.
        """
        current = await self._credentials.get(*self._primary)
        if current not in self._refused:
            return current
        secondary = await self._secondary_values()
        return current if secondary is None or secondary in self._refused else secondary

    async def after(self, tried: Sequence[Values]) -> Values | None:
        """What to try when Twilio has refused all of `tried`; None when nothing is left.

        Everything is read from the vault again, at most once per interval (Credentials.refresh).
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
        """Twilio takes these values, perhaps again."""
        self._refused.discard(values)

    def _note_refusal(self, values: Values) -> None:
        if values in self._refused:
            return
        log.warning("Twilio has refused a value of %s; others are tried", self._primary[-1])
        if len(self._refused) >= MAX_ATTEMPTS:  # they are of a rotation long ago
            self._refused.clear()
        self._refused.add(values)

    async def _secondary_values(self) -> Values | None:
        """The account's SID with what is secondary; None where something of it is missing."""
        account, *others = self._secondary
        found = await asyncio.gather(*(self._credentials.find(secret) for secret in others))
        values = [value for value in found if value]
        if len(values) < len(others):
            return None
        return (*await self._credentials.get(account), *values)


class TwilioConnections:
    """Twilio's client and its connections; they belong to the event loop that first uses them."""

    def __init__(self, local_twilio_url: str) -> None:
        """`local_twilio_url` leads to the local stack's Twilio; "" is the real one."""
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
        """Leave the connections to the system, as at exit, when their event loop has ended."""
        if self._transport is not None:
            self._transport.abandon()
