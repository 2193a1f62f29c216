"""The proxy: Twilio's hosts lead to the emulator, and all others to themselves."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskphone.run.proxy import Emulated, Proxy
from deskphone.run.upstream import Upstream, Upstreams

LIMIT_S = 20
Answer = Callable[[bytes], bytes]


@asynccontextmanager
async def server(answer: Answer) -> AsyncGenerator[int]:
    """Answer each request head and close; yield the port."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer(await reader.readuntil(b"\r\n\r\n")))
        writer.close()

    listening = await asyncio.start_server(handle, "127.0.0.1", 0)
    try:
        yield listening.sockets[0].getsockname()[1]
    finally:
        listening.close()


async def answer_of(port: int, request: bytes) -> bytes:
    """Send a request to a port and return all that comes back."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    try:
        return await asyncio.wait_for(reader.read(), LIMIT_S)
    finally:
        writer.close()


def through(
    request: Callable[[int], bytes],
    upstream: bool = False,
    answer: Answer = lambda head: head,
) -> bytes:
    """Send a request through a proxy; a server that returns the request plays all others.

    `request` gets the server's port. With `upstream`, the server is the user's own proxy.
    """

    async def main() -> bytes:
        async with server(answer) as port:
            own = Upstream("127.0.0.1", port, "Basic YTpi") if upstream else None
            proxy = Proxy(Emulated(port, port), Upstreams(own, own))
            try:
                return await answer_of(await proxy.start(), request(port))
            finally:
                await proxy.close()

    return asyncio.run(main())


HELLO = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


def connect(host: str) -> Callable[[int], bytes]:
    return lambda port: f"CONNECT {host}:{port} HTTP/1.1\r\n\r\n".encode() + HELLO


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "api.twilio.com", "x.us1.TWILIO.com"])
def test_tunnel_passes_bytes_unchanged(host: str) -> None:
    status, _, rest = through(connect(host)).partition(b"\r\n\r\n")

    assert status.startswith(b"HTTP/1.1 200 ")
    assert rest == HELLO


def test_own_proxy_opens_the_tunnel() -> None:
    got = through(lambda _: b"CONNECT a.example:443 HTTP/1.1\r\nX-One: 1\r\n\r\n", upstream=True)

    assert got.startswith(b"CONNECT a.example:443 HTTP/1.1\r\nX-One: 1\r\n")
    assert b"Proxy-Authorization: Basic YTpi\r\n" in got


def test_twilio_never_goes_to_the_own_proxy() -> None:
    got = through(connect("api.twilio.com"), upstream=True)

    assert got.endswith(HELLO)


def test_plain_request_is_forwarded_with_its_path() -> None:
    url = "http://127.0.0.1:{}/a?b=c"
    got = through(lambda port: f"GET {url.format(port)} HTTP/1.1\r\nHost: x\r\n\r\n".encode())

    assert got == b"GET /a?b=c HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


def test_plain_request_for_twilio_goes_to_the_emulator() -> None:
    got = through(lambda _: b"GET http://api.twilio.com/x HTTP/1.1\r\nHost: api.twilio.com\r\n\r\n")

    assert got.startswith(b"GET /x HTTP/1.1\r\nHost: api.twilio.com\r\n")


def test_own_proxy_gets_the_whole_url() -> None:
    got = through(lambda _: b"GET http://a.example/x HTTP/1.1\r\n\r\n", upstream=True)

    assert got.startswith(b"GET http://a.example/x HTTP/1.1\r\n")


def test_headers_for_the_proxy_are_not_forwarded() -> None:
    head = (
        "GET http://127.0.0.1:{}/ HTTP/1.1\r\nProxy-Connection: x\r\nProxy-Authorization: y\r\n\r\n"
    )

    assert b"Proxy" not in through(lambda port: head.format(port).encode())


def test_unreachable_host_is_named() -> None:
    got = through(lambda _: b"CONNECT no.such.invalid:443 HTTP/1.1\r\n\r\n")

    assert got.startswith(b"HTTP/1.1 502 ")
    assert b"no.such.invalid" in got


@given(st.binary(max_size=40).filter(lambda text: b"\r\n\r\n" not in text))
def test_anything_else_is_a_bad_request(text: bytes) -> None:
    assert through(lambda _: text + b"\r\n\r\n").startswith(b"HTTP/1.1 400 ")


def test_broken_connection_breaks_the_clients() -> None:
    async def main() -> None:
        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readexactly(1)
            writer.transport.abort()

        listening = await asyncio.start_server(handle, "127.0.0.1", 0)
        port = listening.sockets[0].getsockname()[1]
        proxy = Proxy(Emulated(port, port), Upstreams())
        reader, writer = await asyncio.open_connection("127.0.0.1", await proxy.start())
        writer.write(b"CONNECT api.twilio.com:443 HTTP/1.1\r\n\r\nhello")
        await reader.readuntil(b"\r\n\r\n")
        try:
            assert await asyncio.wait_for(reader.read(), LIMIT_S) == b""
        except ConnectionError:
            pass
        finally:
            writer.close()
            listening.close()
            await proxy.close()

    asyncio.run(main())
