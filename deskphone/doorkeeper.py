"""Who may come in, and for how long a client may fall silent in the middle of a request."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from http import HTTPStatus

from aiohttp import web
from aiohttp.streams import StreamReader
from aiohttp.web_protocol import RequestPayloadError

HOST = re.compile(r"(127\.0\.0\.1|localhost)(:[0-9]{1,5})?", re.IGNORECASE)
KEEP_ALIVE_S = 130.0
"""Without a request, or with half of its headers; as Kestrel's KeepAliveTimeout."""
BODY_SILENCE_S = 30.0
"""In the middle of a body."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class SilentBodyError(RequestPayloadError):
    """Nothing more of a body came in time."""


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


@web.middleware
async def only_from_here(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse other host names (DNS rebinding) and requests that another site's page makes."""
    if not HOST.fullmatch(request.headers.get("Host", "")):
        return problem(HTTPStatus.FORBIDDEN, "This server answers to 127.0.0.1 and localhost only.")
    origin = request.headers.get("Origin")
    if origin is not None and origin != f"http://{request.headers.get('Host')}":
        return problem(HTTPStatus.FORBIDDEN, "Requests from other sites are refused.")
    return await handler(request)


def problem(status: int, detail: str) -> web.Response:
    """Return an error answer in the form of RFC 9457."""
    body = {"status": status, "title": HTTPStatus(status).phrase, "detail": detail}
    return web.json_response(body, status=status, content_type="application/problem+json")
