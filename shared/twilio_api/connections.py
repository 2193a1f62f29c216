"""Connections to Twilio: one client for each event loop, since that of another loop fails."""

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from twilio.rest import Client

    from shared.twilio_api.transport import TwilioHttp


class TwilioConnections:
    """The clients and transports of a worker, each built when it is first needed."""

    def __init__(self, local_twilio_url: str) -> None:
        """`local_twilio_url` leads to the local stack's Twilio; "" is the real one."""
        self._local_twilio_url = local_twilio_url
        self._transports: dict[asyncio.AbstractEventLoop, TwilioHttp] = {}
        self._clients: dict[asyncio.AbstractEventLoop, tuple[tuple[str, ...], Client]] = {}

    def connect(self, secrets: tuple[str, ...]) -> "Client":
        """Twilio's client of this event loop, with these values of the REST secrets.

        They are the account's SID and its auth token, or the SID, and SID and secret of a key.
        """
        loop = asyncio.get_running_loop()
        known = self._clients.get(loop)
        if known is not None and known[0] == secrets:
            return known[1]
        from twilio.rest import Client

        account_sid, *key_sid, password = secrets
        user = key_sid[0] if key_sid else account_sid
        client = Client(user, password, account_sid, http_client=self._transport(loop))
        self._clients[loop] = (secrets, client)
        return client

    async def close(self) -> None:
        """Close the connections of the running event loop."""
        loop = asyncio.get_running_loop()
        self._clients.pop(loop, None)
        transport = self._transports.pop(loop, None)
        if transport is not None:
            await transport.close()

    def abandon(self) -> None:
        """Leave all connections to the system."""
        for transport in self._transports.values():
            transport.abandon()

    def _transport(self, loop: asyncio.AbstractEventLoop) -> "TwilioHttp":
        from shared.twilio_api.transport import TwilioHttp

        for closed in [known for known in self._transports if known.is_closed()]:
            self._clients.pop(closed, None)
            self._transports.pop(closed).abandon()
        if loop not in self._transports:
            self._transports[loop] = TwilioHttp(self._local_twilio_url)
        return self._transports[loop]
