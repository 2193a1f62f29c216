"""The emulator's application on the ports where requests for Twilio's hosts arrive."""

import asyncio
import socket
from collections.abc import Callable
from typing import Any

from aiohttp import web
from aiohttp.http import RawRequestMessage
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from deskphone.bad_requests import KEEP_ALIVE_S, Server
from deskphone.ports import LOOPBACK, listen, port_of
from deskphone.run.authority import Authority
from deskphone.run.hosts import host_of, is_twilio, prefix_of
from deskphone.run.proxy import Emulated

SHUTDOWN_S = 0.5


class Intercepted:
    """Serves an application with TLS and without. Use it inside a running event loop."""

    def __init__(self, application: web.Server, authority: Authority) -> None:
        """`application` is the server of the emulator's runner."""
        self._application = Server(
            application.request_handler,
            request_factory=_rewriting(application.request_factory),
            access_log=None,
            keepalive_timeout=KEEP_ALIVE_S,
        )
        self._authority = authority
        self._servers: list[asyncio.Server] = []

    async def start(self) -> Emulated:
        """Listen on two free ports of this machine and return them."""
        loop = asyncio.get_running_loop()
        listeners: list[socket.socket] = []
        for settings in (self._authority.context(), None):
            listener = listen(0)
            listeners.append(listener)
            server = await loop.create_server(self._application, sock=listener, ssl=settings)
            self._servers.append(server)
        return Emulated(*map(port_of, listeners))

    async def close(self) -> None:
        """Stop listening and end all connections."""
        for server in self._servers:
            server.close()
        await self._application.shutdown(SHUTDOWN_S)


def rewritten(message: RawRequestMessage) -> RawRequestMessage:
    """Return a request for one of Twilio's hosts as the emulator expects it.

    Other requests stay as they are, and are refused because of their host name.
    """
    host = host_of(message.headers.get("Host", ""))
    if not is_twilio(host):
        return message
    headers = CIMultiDict(message.headers)
    headers["Host"] = LOOPBACK
    path, query = message.url.raw_path, message.url.raw_query_string
    url = URL.build(path=prefix_of(host, path) + path, query_string=query, encoded=True)
    return message._replace(path=str(url), url=url, headers=CIMultiDictProxy(headers))


def _rewriting(make: Callable[..., web.BaseRequest]) -> Callable[..., web.BaseRequest]:
    def factory(message: RawRequestMessage, *rest: Any) -> web.BaseRequest:
        return make(rewritten(message), *rest)

    return factory
