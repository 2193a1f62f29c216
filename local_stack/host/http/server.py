"""The host's HTTP server, and its graceful shutdown."""

import asyncio
import contextlib
import os
import socket
from collections.abc import Awaitable, Callable

from aiohttp.http_exceptions import BadHttpMessage, LineTooLong
from aiohttp.web_protocol import RequestHandler
from aiohttp.web_request import BaseRequest
from aiohttp.web_response import StreamResponse
from aiohttp.web_server import Server

from deskphone.bad_requests import KEEP_ALIVE_S
from local_stack.host.http.answers import empty
from local_stack.host.http.requests import MAX_HEADER_BYTES, MAX_REQUEST_LINE_BYTES
from local_stack.host.parent import Ending

BACKLOG = 1024
ACCEPTED_GRACE_S = 0.05  # for connections accepted but not yet set up
FIRST_REQUEST_GRACE_S = 0.5  # for a connection that has not sent its first request yet
IN_FLIGHT_GRACE_S = 15.0  # Twilio waits that long for an answer
HURRIED_GRACE_S = 1.5  # while the parent waits for the exit
CHECK_EVERY_S = 0.01

ENDED = b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"

Handler = Callable[[BaseRequest], Awaitable[StreamResponse]]


class Connection(RequestHandler):
    """One connection; requests that aren't HTTP get a bare status, as from Azure's server."""

    __slots__ = ()

    def handle_error(
        self,
        request: BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> StreamResponse:
        """Respond to an error without a page about the server."""
        if status >= 500:
            self.log_exception("the host failed to handle a request", exc_info=exc)
        response = empty(kestrel_status(status, exc))
        response.force_close()
        return response


def kestrel_status(status: int, error: BaseException | None) -> int:
    """Return Kestrel's status for a request that aiohttp's parser refuses with another one."""
    if isinstance(error, LineTooLong):
        limit = error.args[1]
        return 414 if limit == MAX_REQUEST_LINE_BYTES else 431
    if isinstance(error, BadHttpMessage):
        if "Too many headers" in error.message:
            return 431
        if "HTTP version" in error.message:
            return 505
    return status


class HostServer(Server):
    """Serves requests and counts those in flight."""

    def __init__(self, front: Handler) -> None:
        """Build it inside the running event loop."""
        super().__init__(self._handle)
        self._front = front
        self._in_flight: dict[RequestHandler, asyncio.Transport | None] = {}
        self._silent: set[RequestHandler] = set()  # connections before their first request
        self._stopping = False

    def __call__(self) -> RequestHandler:
        """Return the protocol for a new connection."""
        return Connection(
            self,
            loop=self._loop,
            # Falsy: no access log.
            access_log=None,  # pyright: ignore[reportArgumentType] # its annotation forgets None
            # A function sees the body as it was sent.
            auto_decompress=False,
            keepalive_timeout=KEEP_ALIVE_S,
            max_line_size=MAX_REQUEST_LINE_BYTES,
            max_field_size=MAX_HEADER_BYTES,
        )

    def connection_made(self, handler: RequestHandler, transport: asyncio.Transport) -> None:
        """Record a connection that has not sent a request yet."""
        super().connection_made(handler, transport)
        self._silent.add(handler)

    def connection_lost(self, handler: RequestHandler, exc: BaseException | None = None) -> None:
        """Forget a connection."""
        super().connection_lost(handler, exc)
        self._silent.discard(handler)

    async def _handle(self, request: BaseRequest) -> StreamResponse:
        self._silent.discard(request.protocol)
        self._in_flight[request.protocol] = request.transport
        try:
            response = await self._front(request)
        finally:
            del self._in_flight[request.protocol]
        if self._stopping:
            response.force_close()
        return response

    def answer_all(self) -> None:
        """Answer the requests in flight with 500, from any thread: the process is about to end."""
        for transport in list(self._in_flight.values()):
            peer = transport.get_extra_info("socket") if transport is not None else None
            if peer is not None:
                with contextlib.suppress(OSError):
                    os.write(peer.fileno(), ENDED)

    async def serve(self, listener: socket.socket, ending: Ending) -> None:
        """Serve on `listener` until shutdown begins; then finish the requests in flight."""
        loop = asyncio.get_running_loop()
        server = await loop.create_server(self, sock=listener, backlog=BACKLOG)
        await ending.begun.wait()
        self._stopping = True
        # Only stop accepting for now: closing the server drops connections that the event loop
        # has accepted but not yet set up.
        with contextlib.suppress(NotImplementedError):  # Windows
            loop.remove_reader(listener)
        await asyncio.sleep(ACCEPTED_GRACE_S)
        server.close()
        await wait_while(lambda: bool(self._silent), FIRST_REQUEST_GRACE_S)
        await finish(lambda: bool(self._in_flight), ending)
        # Zero would mean unlimited.
        await self.shutdown(timeout=0.1)


async def finish(is_busy: Callable[[], bool], ending: Ending) -> None:
    """Wait until the work in flight is done, not for long, and even less in a hurry."""
    await wait_while(lambda: is_busy() and not ending.hurried.is_set(), IN_FLIGHT_GRACE_S)
    if ending.hurried.is_set():
        await wait_while(is_busy, HURRIED_GRACE_S)


async def wait_while(condition: Callable[[], bool], limit_s: float) -> None:
    """Wait until `condition` is false, for at most `limit_s` seconds."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + limit_s
    while condition() and loop.time() < deadline:
        await asyncio.sleep(CHECK_EVERY_S)
