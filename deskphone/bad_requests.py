"""Requests that are broken: not HTTP, garbled, or given up in the middle."""

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
"""Without a request, or with half of its headers; as Kestrel's KeepAliveTimeout."""
BODY_SILENCE_S = 30.0
"""In the middle of a body."""


class SilentBodyError(RequestPayloadError):
    """Nothing more of a body came in time."""


class Connection(RequestHandler):
    """A connection that answers what is not HTTP."""

    __slots__ = ()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Return the answer; no application, with headers for all answers, sees the request."""
        response = super().handle_error(request, status, exc, message)
        protect(response)
        return response


class Server(web.Server):
    """A server with such connections."""

    def __call__(self) -> RequestHandler:
        """Return the protocol for a new connection."""
        return Connection(self, loop=self._loop, **self._kwargs)


class Runner(web.AppRunner):
    """Sets up an application on such a server."""

    async def _make_server(self) -> web.Server:
        made = await super()._make_server()
        return Server(made.request_handler, request_factory=made.request_factory, **self._kwargs)


@contextmanager
def no_long_silence(body: StreamReader) -> Generator[None]:
    """Raise SilentBodyError in the reader of this body when the client falls silent.

    Use it inside a running event loop.
    """
    loop = asyncio.get_running_loop()
    timers: list[asyncio.TimerHandle] = []

    def listen(heard: int) -> None:
        if not body.is_eof():
            timers[:] = [loop.call_later(BODY_SILENCE_S, check, heard)]

    def check(heard: int) -> None:
        if body.total_bytes > heard:
            listen(body.total_bytes)
        elif not body.is_eof():
            body.set_exception(SilentBodyError("the client fell silent"))

    listen(body.total_bytes)
    try:
        yield
    finally:
        for timer in timers:
            timer.cancel()


@web.middleware
async def no_early_ends(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let a client hang up in the middle of its request, send half of it, or garble its body."""
    try:
        with no_long_silence(request.content):
            return await handler(request)
    except SilentBodyError:
        return problem(HTTPStatus.REQUEST_TIMEOUT, "The rest of the body did not come.")
    except web.RequestPayloadError:
        return problem(HTTPStatus.BAD_REQUEST, "The body is not what its headers say.")
    except ConnectionError:
        if request.transport is not None:  # it is another connection that broke
            raise
        return web.Response(status=HTTPStatus.BAD_REQUEST)  # the client is gone


def keep_quiet_about_bad_requests() -> None:
    """Log no traceback of them, which would quote them, for all servers in this process."""
    logging.getLogger("aiohttp.server").addFilter(_is_no_bad_request)


def _is_no_bad_request(record: logging.LogRecord) -> bool:
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, (HttpProcessingError, RequestPayloadError))
