"""How long a connection may say nothing: a request that stops half-way does not stay for ever."""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager

from aiohttp.streams import StreamReader
from aiohttp.web_protocol import RequestPayloadError

KEEP_ALIVE_S = 130.0
"""Without a request, or with half of its headers; as Kestrel's KeepAliveTimeout."""
BODY_SILENCE_S = 30.0
"""In the middle of a body."""


class SilentBodyError(RequestPayloadError):
    """Nothing more of a body came in time."""


@contextmanager
def no_long_silence(body: StreamReader) -> Generator[None]:
    """Let whoever reads this body meet SilentBodyError when the client falls silent.

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
