"""A connection's UDP sockets: one for each address of this machine, closed to all others."""

import asyncio
import contextlib
import ipaddress
import socket
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

LOOPBACK = ("127.0.0.1", "::1")
FAR_AWAY = ((socket.AF_INET, "198.51.100.1"), (socket.AF_INET6, "2001:db8::1"))
"""Addresses for documentation (RFC 5737, RFC 3849): only the way to them is looked up."""
MOST_SENDERS = 256
"""Senders whose address was looked up, to remember."""


class NoAddressError(Exception):
    """None of this machine's addresses can be used."""


class Path(NamedTuple):
    """A way between one of our sockets and the browser."""

    socket: int
    """Which of our sockets, from 0."""
    remote: tuple[Any, ...]
    """The browser's address as asyncio has it: host, port, and two more for IPv6."""


def own_addresses() -> list[str]:
    """Return the loopback addresses, and this machine's address on its way out, if it has one.

    Browsers don't use loopback unless told to, but they do use the address of the default route.
    Connecting a UDP socket sends nothing: the system only picks the address it would send from.
    """
    found = [address for address in LOOPBACK if is_own(address)]
    for family, far_away in FAR_AWAY:
        with (
            contextlib.suppress(OSError),
            socket.socket(family, socket.SOCK_DGRAM) as probe,
        ):
            probe.connect((far_away, 9))
            found.append(probe.getsockname()[0])
    return [one for one in dict.fromkeys(found) if not ipaddress.ip_address(one).is_link_local]


def is_own(address: str) -> bool:
    """Return whether an address belongs to this machine: only then can a socket have it."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.bind((address, 0))
    except OSError:
        return False
    return True


class Sockets:
    """The sockets of one connection. `receive` gets what this machine's own addresses send."""

    def __init__(self, receive: Callable[[bytes, Path], None]) -> None:
        self.candidates: list[tuple[str, int]] = []
        """Our addresses with their ports, by number of the socket."""
        self._receive = receive
        self._transports: list[asyncio.DatagramTransport] = []
        self._senders: dict[str, bool] = {}
        self._is_closed = False

    async def open(self, addresses: Sequence[str]) -> None:
        """Bind a free port of each address; skip those that aren't this machine's.

        Raises NoAddressError if none is left. Does nothing once the sockets are closed.
        """
        loop = asyncio.get_running_loop()
        for address in addresses:
            number = len(self._transports)
            try:
                transport, _ = await loop.create_datagram_endpoint(
                    lambda number=number: _Receiver(self, number), local_addr=(address, 0)
                )
            except OSError:
                continue
            if self._is_closed:  # in the meantime
                transport.close()
                return
            self._transports.append(transport)
            self.candidates.append((address, transport.get_extra_info("sockname")[1]))
        if not self.candidates:
            raise NoAddressError(
                f"can't bind a UDP port on {', '.join(addresses)}; is a loopback interface up?"
            )

    def send(self, datagram: bytes, path: Path) -> None:
        """Send a datagram; drop it once the sockets are closed."""
        if path.socket < len(self._transports):
            self._transports[path.socket].sendto(datagram, path.remote)

    def take(self, datagram: bytes, path: Path) -> None:
        """Pass a datagram on if this machine sent it."""
        host = path.remote[0]
        is_local = self._senders.get(host)
        if is_local is None:
            if len(self._senders) >= MOST_SENDERS:
                self._senders.clear()
            is_local = self._senders[host] = is_own(host)
        if is_local and self._transports:
            self._receive(datagram, path)

    def close(self) -> None:
        """Close the sockets after what was sent has left. Closing again does nothing."""
        self._is_closed = True
        for transport in self._transports:
            transport.close()
        self._transports.clear()


class _Receiver(asyncio.DatagramProtocol):
    """Tells the sockets what came to one of them."""

    def __init__(self, sockets: Sockets, number: int) -> None:
        self._sockets = sockets
        self._number = number

    def datagram_received(self, data: bytes, addr: tuple[Any, ...]) -> None:
        self._sockets.take(data, Path(self._number, addr))
