"""Sockets on this machine's own addresses only."""

import asyncio
import ipaddress
import socket

import pytest

from deskphone.media.transport import sockets
from deskphone.media.transport.sockets import Path, Sockets

ELSEWHERE = "198.51.100.7"  # for documentation (RFC 5737)


def test_own_addresses_are_loopback_and_unicast() -> None:
    found = [ipaddress.ip_address(one) for one in sockets.own_addresses()]

    assert found[0] == ipaddress.ip_address("127.0.0.1")
    assert not any(one.is_unspecified or one.is_multicast or one.is_link_local for one in found)
    assert len(found) == len({*found})


def test_finding_the_addresses_sends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def sent(*_: object) -> None:
        pytest.fail("a packet was sent, or a name was looked up")

    class Silent(socket.socket):
        send = sendto = sendmsg = sendall = sent  # pyright: ignore[reportAssignmentType]

    monkeypatch.setattr(socket, "socket", Silent)
    monkeypatch.setattr(socket, "getaddrinfo", sent)
    monkeypatch.setattr(socket, "gethostbyname", sent)

    assert "127.0.0.1" in sockets.own_addresses()


@pytest.mark.parametrize(
    ("address", "own"),
    [("127.0.0.1", True), ("127.0.0.2", True), (ELSEWHERE, False), ("2001:db8::7", False)],
)
def test_an_address_is_own_if_a_socket_can_have_it(address: str, *, own: bool) -> None:
    assert sockets.is_own(address) == own


def test_packets_from_elsewhere_are_dropped() -> None:
    async def test() -> None:
        came: list[Path] = []
        opened = Sockets(lambda _, path: came.append(path))
        await opened.open(["127.0.0.1", ELSEWHERE])
        for host in (ELSEWHERE, "127.0.0.1", ELSEWHERE):
            opened.take(b"x", Path(0, (host, 9)))
        # So many that what is known about them is forgotten.
        for number in range(sockets.MOST_SENDERS):
            opened.take(b"x", Path(0, (f"203.0.113.{number % 256}", number)))
            opened.take(b"x", Path(0, (f"198.51.100.{number % 256}", number)))

        assert came == [Path(0, ("127.0.0.1", 9))]
        assert [host for host, _ in opened.candidates] == ["127.0.0.1"]
        opened.close()
        opened.take(b"x", Path(0, ("127.0.0.1", 9)))
        opened.send(b"x", Path(0, ("127.0.0.1", 9)))
        assert len(came) == 1
        await asyncio.sleep(0)

    asyncio.run(test())


def test_each_address_has_a_socket_of_its_own() -> None:
    async def test() -> None:
        opened = Sockets(lambda _, __: None)
        await opened.open(["127.0.0.1", "::1"])
        try:
            assert [host for host, _ in opened.candidates] == ["127.0.0.1", "::1"]
            for host, port in opened.candidates:
                family = socket.AF_INET6 if ":" in host else socket.AF_INET
                with (
                    socket.socket(family, socket.SOCK_DGRAM) as probe,
                    pytest.raises(OSError, match="in use"),
                ):
                    probe.bind((host, port))
        finally:
            opened.close()
            await asyncio.sleep(0)

    asyncio.run(test())


def test_sockets_closed_while_they_open_stay_closed() -> None:
    async def test() -> None:
        opened = Sockets(lambda _datagram, _path: None)
        opening = asyncio.ensure_future(opened.open(["127.0.0.1", "127.0.0.2"]))
        await asyncio.sleep(0)
        opened.close()
        await opening

        assert opened.candidates == []

    asyncio.run(test())
