"""A stand-in for a browser: a controlling ICE agent and a DTLS client with sound."""

import asyncio
import re
import secrets
import struct
from dataclasses import dataclass, field
from typing import Any

from OpenSSL import SSL

from deskphone.media import rtp
from deskphone.media.pace import Pace, Tick
from deskphone.media.peer import Peer, State
from deskphone.media.srtp import Protector, Unprotector
from deskphone.media.transport import dtls, stun

PATIENCE = 30.0
SOURCE = 0x1234
EVENTS = 126
Address = tuple[str, int]


class ClientError(Exception):
    """The client gave up."""


class DtlsClient:
    """A DTLS client with a certificate of its own."""

    def __init__(self, profile: bytes | None = dtls.PROFILE) -> None:
        # The function behind the cache makes a new one.
        self.identity = dtls.identity.__wrapped__()
        context = SSL.Context(SSL.DTLS_METHOD)
        context.set_verify(SSL.VERIFY_PEER, lambda *_: True)  # pyright: ignore[reportUnknownLambdaType]
        context.use_certificate(self.identity.certificate)
        context.use_privatekey(self.identity.key)
        if profile:
            context.set_tlsext_use_srtp(profile)
        self.connection = SSL.Connection(context)
        self.connection.set_ciphertext_mtu(1200)
        self.connection.set_connect_state()
        self.is_done = False
        self.is_closed = False

    def receive(self, *datagrams: bytes) -> list[bytes]:
        """Take datagrams; return those to send. Without any it starts."""
        for datagram in datagrams or (b"",):
            if datagram:
                self.connection.bio_write(datagram)
            try:
                if not self.is_done:
                    self.connection.do_handshake()
                    self.is_done = True
                self.connection.recv(100)
            except SSL.WantReadError:
                pass
            except SSL.ZeroReturnError:
                self.is_closed = True
            except SSL.Error as error:
                raise ClientError(str(error)) from error
        return self.written()

    def written(self) -> list[bytes]:
        """Return the datagrams to send."""
        try:
            return dtls.datagrams(self.connection.bio_read(1 << 16))
        except SSL.WantReadError:
            return []

    def keys(self) -> bytes:
        return self.connection.export_keying_material(b"EXTRACTOR-dtls_srtp", 60)


class HandPace(Pace):
    """A pace that a test strikes."""

    def __init__(self) -> None:
        super().__init__()
        self.ticks: list[Tick] = []

    def join(self, tick: Tick) -> None:
        self.ticks.append(tick)

    def leave(self, tick: Tick) -> None:
        if tick in self.ticks:
            self.ticks.remove(tick)

    def strike(self, frames: int = 1, skipped: int = 0) -> None:
        for tick in tuple(self.ticks):
            tick(frames, skipped)


@dataclass
class Line:
    """What a peer is connected to, under a test's control."""

    pace: HandPace = field(default_factory=HandPace)
    now: float = 1000.0
    heard: bytes = b""
    """What the browser hears next."""
    said: list[bytes] = field(default_factory=list[bytes])
    digits: list[str] = field(default_factory=list[str])
    states: list[State] = field(default_factory=list[State])

    def read(self, samples: int) -> bytes:
        read, self.heard = self.heard[: 2 * samples], self.heard[2 * samples :]
        return read

    def peer(self, *addresses: str) -> Peer:
        """Return a peer that listens on these addresses, by default 127.0.0.1."""
        return Peer(
            self,
            self.said.append,
            self.digits.append,
            self.states.append,
            pace=self.pace,
            clock=lambda: self.now,
            addresses=addresses or ("127.0.0.1",),
        )


class Browser(asyncio.DatagramProtocol):
    """One end of a connection on loopback."""

    def __init__(self) -> None:
        self.dtls = DtlsClient()
        self.fragment, self.password = secrets.token_hex(4), secrets.token_hex(12)
        self.server: Address = ("", 0)
        self.their_fragment = self.their_password = ""
        self._came: asyncio.Queue[bytes] = asyncio.Queue()
        self._transport: asyncio.DatagramTransport | None = None
        self._protector: Protector | None = None
        self._unprotector: Unprotector | None = None

    @classmethod
    async def open(cls, host: str = "127.0.0.1") -> "Browser":
        """Return a browser with a UDP port."""
        loop = asyncio.get_running_loop()
        _, browser = await loop.create_datagram_endpoint(cls, local_addr=(host, 0))
        return browser

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[Any, ...]) -> None:
        self._came.put_nowait(data)

    def address(self) -> Address:
        """Return the browser's own host and port."""
        assert self._transport is not None
        host, port = self._transport.get_extra_info("sockname")[:2]
        return host, port

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def describe(
        self,
        *,
        setup: str = "actpass",
        formats: str = f"111 0 {EVENTS}",
        direction: str = "sendrecv",
    ) -> str:
        """Return an offer, or with setup=active an answer."""
        fingerprint = self.dtls.identity.fingerprint
        lines = [
            "v=0",
            "o=- 1 1 IN IP4 127.0.0.1",
            "s=-",
            "t=0 0",
            "a=group:BUNDLE 0",
            f"m=audio 9 UDP/TLS/RTP/SAVPF {formats}",
            "c=IN IP4 0.0.0.0",
            "a=rtcp-mux",
            "a=mid:0",
            f"a={direction}",
            f"a=ice-ufrag:{self.fragment}",
            f"a=ice-pwd:{self.password}",
            f"a=fingerprint:sha-256 {fingerprint}",
            f"a=setup:{setup}",
            "a=rtpmap:111 opus/48000/2",
            "a=rtpmap:0 PCMU/8000",
            f"a=rtpmap:{EVENTS} telephone-event/8000",
        ]
        return "\r\n".join(lines) + "\r\n"

    def take(self, description: str, candidate: int = 0) -> None:
        """Note where the server is, from its description."""
        found = re.findall(r"a=candidate:\S+ 1 udp \d+ (\S+) (\d+) typ host", description)
        self.server = (found[candidate][0], int(found[candidate][1]))
        self.their_fragment = value(description, "ice-ufrag")
        self.their_password = value(description, "ice-pwd")

    def send(self, *datagrams: bytes) -> None:
        assert self._transport is not None
        for datagram in datagrams:
            self._transport.sendto(datagram, self.server)

    async def receive(self) -> bytes:
        """Return the next datagram."""
        return await asyncio.wait_for(self._came.get(), PATIENCE)

    def check(self, *, password: str | None = None, nominate: bool = True) -> bytes:
        """Return a check, by default one that nominates this path."""
        attributes = [
            (stun.USERNAME, f"{self.their_fragment}:{self.fragment}".encode()),
            (stun.PRIORITY, struct.pack("!I", 1)),
            (stun.ICE_CONTROLLING, bytes(8)),
        ]
        if nominate:
            attributes.append((stun.USE_CANDIDATE, b""))
        return stun.write(
            stun.BINDING_REQUEST,
            secrets.token_bytes(12),
            attributes,
            self.their_password if password is None else password,
        )

    async def checked(self, check: bytes | None = None) -> stun.Message:
        """Send a check; return the next response."""
        self.send(check or self.check())
        while True:
            message = stun.read(await self.receive())
            if message is not None and message.kind == stun.BINDING_SUCCESS:
                return message

    async def connect(self) -> None:
        """Check the path and do the handshake."""
        await self.checked()
        self.send(*self.dtls.receive())
        while not self.dtls.is_done:
            self.send(*self.dtls.receive(await self.receive()))
        keys = self.dtls.keys()
        self._protector = Protector(keys[:16], keys[32:46])
        self._unprotector = Unprotector(keys[16:32], keys[46:])

    def protected(self, packet: bytes) -> bytes:
        """Return an RTP packet of this browser's as SRTP."""
        assert self._protector is not None
        return self._protector.rtp(packet)

    def protected_report(self, packet: bytes) -> bytes:
        """Return an RTCP packet of this browser's as SRTCP."""
        assert self._protector is not None
        return self._protector.rtcp(packet)

    async def packet(self) -> rtp.Packet:
        """Return the next packet of sound."""
        assert self._unprotector is not None
        while True:
            clear = self._unprotector.rtp(await self.receive())
            packet = rtp.read(clear) if clear else None
            if packet is not None:
                return packet

    async def report(self) -> bytes:
        """Return the next compound RTCP packet."""
        assert self._unprotector is not None
        while True:
            compound = self._unprotector.rtcp(await self.receive())
            if compound is not None:
                return compound

    def speak(self, sequence: int, payload: bytes = bytes(160)) -> bytes:
        """Return a packet with 20 ms of sound."""
        return self.protected(rtp.write(sequence, 160 * sequence, SOURCE, payload))

    def press(self, sequence: int, timestamp: int, code: int, *, end: bool = False) -> bytes:
        """Return a packet with a telephone event."""
        event = struct.pack("!BBH", code, 0x80 if end else 0, 400)
        head = struct.pack("!BBHII", 0x80, EVENTS, sequence, timestamp, SOURCE)
        return self.protected(head + event)


def value(description: str, name: str) -> str:
    """Return an attribute's first value."""
    found = re.search(rf"^a={name}:(.*?)\r?$", description, re.MULTILINE)
    assert found, name
    return found[1]


async def connected(line: Line, host: str = "127.0.0.1") -> tuple[Peer, Browser]:
    """Return a peer that answered a browser's offer, and the browser, connected."""
    peer, browser = line.peer(host), await Browser.open(host)
    browser.take(await peer.answer(browser.describe()))
    await browser.connect()
    await settled(browser)
    return peer, browser


async def settled(browser: Browser) -> None:
    """Return once the peer has read all that the browser sent before: loopback keeps the order."""
    await browser.checked()
