"""Webhooks to hosts that don't exist, or don't speak HTTP."""

import asyncio
import socket
from datetime import UTC, datetime

import pytest

from deskphone.clock import ManualClock
from deskphone.webhooks.client import AttemptError, Client
from deskphone.webhooks.cookies import Cookies
from deskphone.webhooks.overrides import Connection
from deskphone.webhooks.signing import SigningKey
from deskphone.webhooks.webhook import Webhook


async def error_of(url: str) -> int:
    """Return the code of the error of a webhook to this URL."""
    client = Client(Cookies(ManualClock(datetime(2026, 12, 1, tzinfo=UTC))))
    webhook = Webhook("SM1", "test", url)
    try:
        with pytest.raises(AttemptError) as raised:
            await client.exchange(webhook, url, Connection(), {}, "", SigningKey("0" * 32))
    finally:
        await client.close()
    return raised.value.code


def test_an_unknown_host_has_twilios_error_code(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: object, **options: object) -> None:
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", fail)

    assert asyncio.run(error_of("http://nowhere.example/")) == 11210


def test_a_server_of_another_protocol_has_twilios_error_code() -> None:
    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-OpenSSH_9.6\r\n")
        await writer.drain()
        writer.close()

    async def serve() -> int:
        server = await asyncio.start_server(greet, "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            return await error_of(f"http://127.0.0.1:{port}/")

    assert asyncio.run(serve()) == 11206
