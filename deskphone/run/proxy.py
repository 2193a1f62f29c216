"""A local HTTP proxy: Twilio's hosts lead to the emulator, and all others to themselves.

Only programs on this machine can connect. CONNECT is RFC 9110, section 9.3.6.
"""

import asyncio
import contextlib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

from deskphone.ports import LOOPBACK
from deskphone.run.hosts import host_of, is_twilio
from deskphone.run.upstream import Upstream, Upstreams

HEAD_LIMIT = 64 * 1024
HEAD_TIMEOUT_S = 60
CONNECT_TIMEOUT_S = 30
CHUNK = 64 * 1024
PORTS = {"http": 80, "https": 443}
HOP_HEADERS = (b"proxy-connection:", b"proxy-authorization:")
ESTABLISHED = b"HTTP/1.1 200 Connection established\r\n\r\n"
NOT_A_PROXY_REQUEST = (
    "This is the `deskphone run` proxy. Send it a CONNECT request or an absolute URL."
)

Pipe = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Emulated(NamedTuple):
    """The ports where the emulator answers for Twilio's hosts."""

    tls_port: int
    plain_port: int


@dataclass(frozen=True)
class Head:
    """The start of a request: its method, its target and its raw header lines."""

    method: str
    target: str
    lines: Sequence[bytes]


class RefusedError(Exception):
    """A request that the proxy answers itself."""

    def __init__(self, status: str, detail: str) -> None:
        super().__init__(detail)
        self.status = status


class Proxy:
    """Start it inside a running event loop, and close it at the end."""

    def __init__(self, emulated: Emulated, upstreams: Upstreams) -> None:
        """`upstreams` are the user's own proxies."""
        self._emulated = emulated
        self._upstreams = upstreams
        self._server: asyncio.Server | None = None
        self._running: set[asyncio.Task[None]] = set()

    async def start(self) -> int:
        """Listen on a free port of this machine and return it."""
        self._server = await asyncio.start_server(self._accept, LOOPBACK, 0, limit=HEAD_LIMIT)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def close(self) -> None:
        """Stop listening and end all connections."""
        if self._server is not None:
            self._server.close()
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(self._handle(reader, writer))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(HEAD_TIMEOUT_S):
                head = _head(await reader.readuntil(b"\r\n\r\n"))
            (there, back), first, reply = await self._open(head)
        except RefusedError as refusal:
            writer.write(_answer(refusal))
        except (OSError, TimeoutError, asyncio.LimitOverrunError, asyncio.IncompleteReadError):
            pass
        else:
            writer.write(reply)
            back.write(first)
            await _join((reader, writer), (there, back))
        finally:
            writer.close()

    async def _open(self, head: Head) -> tuple[Pipe, bytes, bytes]:
        """Return the connection, what to send first, and what to answer first."""
        if head.method == "CONNECT":
            return await self._tunnel(head)
        try:
            url = urlsplit(head.target)
            port = url.port
        except ValueError as error:
            raise RefusedError("400 Bad Request", NOT_A_PROXY_REQUEST) from error
        if url.scheme not in PORTS or not url.hostname:
            raise RefusedError("400 Bad Request", NOT_A_PROXY_REQUEST)
        first = _forwarded(head, url)
        if is_twilio(url.hostname):
            return await _connect(LOOPBACK, self._emulated.plain_port), first, b""
        is_secure = url.scheme == "https"
        upstream = self._upstreams.https if is_secure else self._upstreams.http
        if upstream is not None:
            return await _connect(upstream.host, upstream.port), _relayed(head, upstream), b""
        return await _connect(url.hostname, port or PORTS[url.scheme], tls=is_secure), first, b""

    async def _tunnel(self, head: Head) -> tuple[Pipe, bytes, bytes]:
        host, port = host_of(head.target).strip("[]"), head.target.rpartition(":")[2]
        if not host or not port.isdecimal() or not 0 < int(port) < 65536:
            raise RefusedError("400 Bad Request", "CONNECT needs HOST:PORT.")
        if is_twilio(host):
            return await _connect(LOOPBACK, self._emulated.tls_port), b"", ESTABLISHED
        upstream = self._upstreams.https
        if upstream is not None:  # its own answer goes back to the client
            return await _connect(upstream.host, upstream.port), _relayed(head, upstream), b""
        return await _connect(host, int(port)), b"", ESTABLISHED


def _head(raw: bytes) -> Head:
    request, *lines = raw[:-4].split(b"\r\n")
    parts = request.decode("latin-1").split(" ")
    if len(parts) != 3 or not parts[2].startswith("HTTP/1."):
        raise RefusedError("400 Bad Request", NOT_A_PROXY_REQUEST)
    return Head(parts[0], parts[1], lines)


def _forwarded(head: Head, url: SplitResult) -> bytes:
    """Return a request for the server itself."""
    path = (url.path or "/") + (f"?{url.query}" if url.query else "")
    return _request(head.method, path, _only_one(head.lines))


def _relayed(head: Head, upstream: Upstream) -> bytes:
    """Return a request for the user's own proxy."""
    lines = head.lines if head.method == "CONNECT" else _only_one(head.lines)
    kept = [line for line in lines if not line.lower().startswith(HOP_HEADERS)]
    if upstream.authorization:
        kept.append(f"Proxy-Authorization: {upstream.authorization}".encode())
    return _request(head.method, head.target, kept)


def _only_one(lines: Sequence[bytes]) -> list[bytes]:
    """Return headers that close the connection after the request: the next may go elsewhere."""
    kept = [line for line in lines if not line.lower().startswith(HOP_HEADERS)]
    if any(line.lower().startswith(b"upgrade:") for line in kept):
        return kept
    return [
        *(line for line in kept if not line.lower().startswith(b"connection:")),
        b"Connection: close",
    ]


def _request(method: str, target: str, lines: Sequence[bytes]) -> bytes:
    return b"\r\n".join([f"{method} {target} HTTP/1.1".encode("latin-1"), *lines, b"", b""])


def _answer(refusal: RefusedError) -> bytes:
    body = f"{refusal}\n".encode()
    head = (
        f"HTTP/1.1 {refusal.status}\r\nContent-Type: text/plain; charset=utf-8\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + body


async def _connect(host: str, port: int, *, tls: bool = False) -> Pipe:
    """Connect to a host; raise RefusedError."""
    settings = ssl.create_default_context() if tls else None
    try:
        async with asyncio.timeout(CONNECT_TIMEOUT_S):
            return await asyncio.open_connection(host, port, ssl=settings)
    except (OSError, TimeoutError, UnicodeError) as error:
        detail = f"deskphone can't connect to {host}, port {port}: {error or 'timeout'}."
        raise RefusedError("502 Bad Gateway", detail) from error


async def _join(one: Pipe, other: Pipe) -> None:
    """Copy in both directions until both have ended, or one breaks."""
    copying = [
        asyncio.create_task(_copy(one[0], other[1])),
        asyncio.create_task(_copy(other[0], one[1])),
    ]
    try:
        await asyncio.gather(*copying)
    except OSError:  # pass a broken connection on, since it can be an injected fault
        for _, writer in (one, other):
            writer.transport.abort()
    finally:
        for task in copying:
            task.cancel()
        other[1].close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(CHUNK):
        writer.write(data)
        await writer.drain()
    with contextlib.suppress(OSError):
        if writer.can_write_eof():
            writer.write_eof()
