"""Webhooks to apps whose certificates Twilio would not accept."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path

import aiohttp
import pytest

from deskphone.webhooks.tls import tls_fault
from tests.deskphone.certificates import certificate


async def fault(file: Path | None, *, trusted: bool) -> tuple[str, int]:
    """Return the fault of a connection to a server with this certificate, or without TLS."""
    context = None
    client = ssl.create_default_context()
    if file:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        if trusted:
            client.load_verify_locations(file)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context)
    port = server.sockets[0].getsockname()[1]
    try:
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"https://localhost:{port}/", ssl=client),
        ):
            return "", 0
    except aiohttp.ClientSSLError as error:
        return tls_fault("localhost", error)
    finally:
        server.close()


@pytest.mark.parametrize(
    ("name", "days", "trusted", "code"),
    [
        ("localhost", 10, False, 11237),
        ("localhost", -5, True, 11236),
        ("example.com", 10, True, 11235),
        ("localhost", 10, True, 0),
    ],
)
def test_a_certificate_has_twilios_error_code(
    tmp_path: Path, name: str, days: int, trusted: bool, code: int
) -> None:
    file = certificate(tmp_path, name, days=days)

    assert asyncio.run(fault(file, trusted=trusted))[1] == code


def test_a_server_without_tls_has_twilios_error_code() -> None:
    assert asyncio.run(fault(None, trusted=False))[1] == 11220
