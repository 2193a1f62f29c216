"""The host and the emulator time out incomplete requests."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime

import pytest
from aiohttp import web
from aiohttp.web_request import BaseRequest
from aiohttp.web_response import Response, StreamResponse

from deskphone import bad_requests
from deskphone import server as emulator_application
from deskphone.clock import ManualClock
from deskphone.emulator import Emulator
from deskphone.server import application, runner_of
from local_stack.host.http import bodies, server
from local_stack.host.http.answers import closing
from local_stack.host.http.bodies import read_body
from local_stack.host.http.refused import RequestRefusedError
from local_stack.host.http.server import HostServer

SOON_S = 0.01
PATIENCE_S = 10
HEAD = b"POST /emulator/reset HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
type Port = AbstractAsyncContextManager[int]


@asynccontextmanager
async def host() -> AsyncGenerator[int]:
    """Serve a handler that only reads the body."""

    async def front(request: BaseRequest) -> StreamResponse:
        try:
            return Response(body=await read_body(request, 100))
        except RequestRefusedError as error:
            return closing(error.status)

    listener = await asyncio.get_running_loop().create_server(HostServer(front), "127.0.0.1", 0)
    async with listener:
        yield listener.sockets[0].getsockname()[1]


@asynccontextmanager
async def emulator() -> AsyncGenerator[int]:
    """Serve the emulator without a host."""
    emulator = Emulator(ManualClock(datetime.now(UTC)), "")
    runner = runner_of(application(emulator))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield runner.addresses[0][1]
    await emulator.close()
    await runner.cleanup()


async def answer_to(serving: Port, *pieces: bytes) -> bytes:
    """Send pieces of a request; return everything until the server closes the connection."""
    async with serving as port, asyncio.timeout(PATIENCE_S):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for piece in pieces:
            writer.write(piece)
            if b"100-continue" in piece and piece is not pieces[-1]:
                await reader.readuntil(b"\r\n\r\n")
        answer = await reader.read()
        writer.close()
        await writer.wait_closed()
    return answer


def run(trial: Coroutine[object, object, bytes]) -> bytes:
    return asyncio.run(trial)


@pytest.mark.parametrize("serve", [host, emulator])
@pytest.mark.parametrize("half", [b"", b"GET / HT", HEAD])
def test_incomplete_headers_time_out(
    serve: Callable[[], Port], half: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "KEEP_ALIVE_S", SOON_S)
    monkeypatch.setattr(emulator_application, "KEEP_ALIVE_S", SOON_S)

    assert run(answer_to(serve(), half)) == b""


@pytest.mark.parametrize(("serve", "status"), [(host, b"500"), (emulator, b"408")])
@pytest.mark.parametrize(
    "half",
    [
        HEAD + b"Content-Length: 9\r\n\r\n{",
        HEAD + b"Expect: 100-continue\r\nContent-Length: 9\r\n\r\n",
    ],
)
def test_an_incomplete_body_times_out(
    serve: Callable[[], Port], status: bytes, half: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Azure's host answers 500, Twilio's servers 408."""
    monkeypatch.setattr(bad_requests, "BODY_TIMEOUT_S", SOON_S)
    monkeypatch.setattr(bodies, "GRACE_S", SOON_S)

    answer = run(answer_to(serve(), half)).removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n")

    assert answer.startswith(b"HTTP/1.1 " + status)


def test_invalid_chunks_time_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server doesn't report an invalid chunk while the body is being read."""
    monkeypatch.setattr(bad_requests, "BODY_TIMEOUT_S", SOON_S)
    head = HEAD + b"Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n"

    answer = run(answer_to(emulator(), head, b"5\r\nhello\r\nno length\r\n"))

    assert answer.startswith(b"HTTP/1.1 408 ")


def test_a_slow_body_is_read_completely(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "GRACE_S", PATIENCE_S)
    close = b"Connection: close\r\nContent-Length: 4\r\n\r\n"

    answer = run(answer_to(host(), HEAD + close, b"a", b"b", b"c", b"d"))

    assert answer.endswith(b"abcd")
