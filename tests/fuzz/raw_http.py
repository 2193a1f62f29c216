"""Requests sent byte by byte."""

import socket
from contextlib import closing
from http.client import HTTPResponse

PATIENCE_S = 10.0
"""A response that takes longer is a hang."""
HOST = b"Host: 127.0.0.1:{port}"


def request(line: bytes, *headers: bytes, body: bytes = b"", host: bytes = HOST) -> bytes:
    """Return a request with a Host header, unless `host` is a different line or empty."""
    return b"\r\n".join([line, *filter(None, [host]), *headers, b"", body])


def connect(port: int, content: bytes) -> socket.socket:
    """Send bytes to a port on this machine; `{port}` in them stands for its number."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)
    connection.sendall(content.replace(b"{port}", str(port).encode()))
    return connection


def status_of(port: int, content: bytes) -> int:
    """Send bytes and return the response's status; raise TimeoutError without a response."""
    with (
        connect(port, content) as connection,
        closing(HTTPResponse(connection, method="GET")) as response,
    ):
        response.begin()
        response.read()
        return response.status
