"""Bad requests: not HTTP, malformed, or abandoned halfway."""

import asyncio
import logging
from collections.abc import Generator
from contextlib import contextmanager
from http import HTTPStatus

from aiohttp import web
from aiohttp.http import HttpProcessingError
from aiohttp.streams import StreamReader
from aiohttp.web_protocol import RequestHandler, RequestPayloadError

from deskphone.doorkeeper import Handler, problem, protect

KEEP_ALIVE_S = 130.0
"""How long a connection may be idle or send headers; the same as Kestrel's KeepAliveTimeout."""
BODY_TIMEOUT_S = 30.0
"""How long a client may pause in the middle of a body."""


class BodyTimeoutError(RequestPayloadError):
    """The client stopped sending its body."""


class Connection(RequestHandler):
    """A connection that adds the protective headers to its answers to invalid HTTP."""

    __slots__ = ()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Return the error response with the headers that the application adds to all others."""
        response = super().handle_error(request, status, exc, message)
        protect(response)
        return response


class Server(web.Server):
    """A server that uses `Connection`."""

    def __call__(self) -> RequestHandler:
        """Return the protocol for a new connection."""
        return Connection(self, loop=self._loop, **self._kwargs)


class Runner(web.AppRunner):
    """Runs an application on a `Server`."""

    async def _make_server(self) -> web.Server:
        made = await super()._make_server()
        return Server(made.request_handler, request_factory=made.request_factory, **self._kwargs)


@contextmanager
def body_timeout(body: StreamReader) -> Generator[None]:
    """Raise BodyTimeoutError in the reader of this body when the client stops sending.

    Use it inside a running event loop.
    """
    loop = asyncio.get_running_loop()
    timers: list[asyncio.TimerHandle] = []

    def listen(heard: int) -> None:
        if not body.is_eof():
            timers[:] = [loop.call_later(BODY_TIMEOUT_S, check, heard)]

    def check(heard: int) -> None:
        if body.total_bytes > heard:
            listen(body.total_bytes)
        elif not body.is_eof():
            body.set_exception(BodyTimeoutError("the client stopped sending"))

    listen(body.total_bytes)
    try:
        yield
    finally:
        for timer in timers:
            timer.cancel()


@web.middleware
async def answer_bad_requests(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Handle clients that disconnect, stop halfway, or send a malformed body."""
    try:
        with body_timeout(request.content):
            return await handler(request)
    except BodyTimeoutError:
        return problem(HTTPStatus.REQUEST_TIMEOUT, "The request body didn't arrive in time.")
    except web.RequestPayloadError:
        return problem(HTTPStatus.BAD_REQUEST, "The request body doesn't match its headers.")
    except ConnectionError:
        if request.transport is not None:  # a different connection broke
            raise
        return web.Response(status=HTTPStatus.BAD_REQUEST)  # the client is gone


def silence_bad_request_logs() -> None:
    """Don't log tracebacks of bad requests in this process: they would quote the requests."""
    logging.getLogger("aiohttp.server").addFilter(_is_not_a_bad_request)


def _is_not_a_bad_request(record: logging.LogRecord) -> bool:
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, (HttpProcessingError, RequestPayloadError))
