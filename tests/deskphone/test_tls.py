"""Webhooks to apps whose certificates Twilio would not accept."""

from __future__ import annotations

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from deskphone.webhooks.tls import tls_fault


def certificate(folder: Path, name: str, *, days: int) -> Path:
    """Write a key and its own certificate for a host name; return the file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    end = datetime.now(UTC) + timedelta(days=days)
    made = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(end - timedelta(days=30))
        .not_valid_after(end)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    file = folder / f"{name}.pem"
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return file


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
