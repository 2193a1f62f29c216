"""A connection with a browser's stand-in over real sockets on loopback."""

import asyncio
import random
import re
import socket
import struct
from collections.abc import Callable, Coroutine
from typing import Any, cast

import audioop
import pytest

from deskphone.media import rtcp, rtp, sdp
from deskphone.media.peer import Peer
from deskphone.media.transport import ice, stun
from deskphone.media.transport.sockets import NoAddressError
from tests.deskphone.media.standin import (
    EVENTS,
    PATIENCE,
    SOURCE,
    Browser,
    DtlsClient,
    Line,
    connected,
    settled,
    value,
)

LOOPBACK = "127.0.0.1"
SILENCE = bytes(320)
LOUD = struct.pack("<160h", *[7932] * 160)  # a value that mu-law keeps


def run(test: Coroutine[None, None, None]) -> None:
    """Run a test, failing on whatever reaches the event loop. Sockets are closed at its end."""
    reached: list[str] = []
    opened: list[asyncio.DatagramTransport] = []

    async def watched() -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: reached.append(str(context)))
        create = loop.create_datagram_endpoint

        async def recorded(*args: Any, **options: Any) -> tuple[Any, Any]:
            transport, protocol = await create(*args, **options)
            opened.append(transport)
            return transport, protocol

        loop.create_datagram_endpoint = recorded
        try:
            await test
        finally:
            for transport in opened:
                transport.close()
            await asyncio.sleep(0)  # they close in the next turn

    asyncio.run(watched())
    assert reached == []


async def until(is_so: Callable[[], bool]) -> None:
    """Return once something is so."""
    async with asyncio.timeout(PATIENCE):
        while not is_so():
            await asyncio.sleep(0)


def ended(peer: Peer, browser: Browser) -> None:
    peer.close()
    browser.close()


def test_sound_goes_both_ways() -> None:
    async def test() -> None:
        line = Line(heard=LOUD)
        peer, browser = await connected(line)
        line.pace.strike()
        packet = await browser.packet()
        browser.send(browser.speak(1, audioop.lin2ulaw(LOUD, 2)))
        await settled(browser)

        assert packet.payload_type == rtp.PCMU
        assert audioop.ulaw2lin(packet.payload, 2) == LOUD
        assert line.said == [LOUD]
        assert line.states == ["connecting", "connected"]
        ended(peer, browser)

    run(test())


def test_a_browser_answers_an_offer() -> None:
    async def test() -> None:
        line = Line(heard=LOUD)
        peer, browser = line.peer(), await Browser.open()
        browser.take(await peer.offer())
        peer.accept(browser.describe(setup="active"))
        await browser.connect()
        await settled(browser)
        line.pace.strike()

        assert audioop.ulaw2lin((await browser.packet()).payload, 2) == LOUD
        ended(peer, browser)

    run(test())


def test_no_sound_before_the_answer_though_the_browser_is_early() -> None:
    async def test() -> None:
        line = Line()
        peer, browser = line.peer(), await Browser.open()
        browser.take(await peer.offer())
        await browser.connect()
        await settled(browser)
        line.pace.strike()
        assert line.states == ["connecting"]

        peer.accept(browser.describe(setup="active"))
        assert line.states == ["connecting", "connected"]
        ended(peer, browser)

    run(test())


def test_connects_over_ipv6_loopback() -> None:
    async def test() -> None:
        line = Line()
        peer, browser = await connected(line, "::1")

        assert peer.state == "connected"
        ended(peer, browser)

    run(test())


def test_the_response_tells_the_browser_its_address() -> None:
    async def test() -> None:
        peer, browser = Line().peer(), await Browser.open()
        browser.take(await peer.answer(browser.describe()))
        response = await browser.checked()
        host, port = browser.address()

        mapped = response.attributes[stun.XOR_MAPPED_ADDRESS]
        assert mapped == stun.xor_address(host, port, response.transaction)
        assert response.is_signed_with(browser.their_password)
        ended(peer, browser)

    run(test())


def test_a_check_with_a_wrong_password_gets_no_response() -> None:
    async def test() -> None:
        line = Line()
        peer, browser = line.peer(), await Browser.open()
        browser.take(await peer.answer(browser.describe()))
        browser.send(browser.check(password="wrong"))  # noqa: S106
        right = browser.check()
        response = await browser.checked(right)

        assert response.transaction == right[8:20]
        ended(peer, browser)

    run(test())


def test_a_sender_without_a_check_is_ignored() -> None:
    async def test() -> None:
        line = Line()
        peer, browser = await connected(line)
        other = await Browser.open()
        other.server = browser.server
        other.send(browser.speak(1), *DtlsClient().receive())
        await settled(browser)
        browser.send(browser.speak(2))
        await settled(browser)

        assert len(line.said) == 1
        assert peer.state == "connected"
        other.close()
        ended(peer, browser)

    run(test())


def test_media_follow_the_pair_nominated_last() -> None:
    async def test() -> None:
        line = Line(heard=LOUD)
        peer, browser = await connected(line)
        other = await Browser.open()
        other.server = browser.server
        other.their_fragment, other.their_password = browser.their_fragment, browser.their_password
        await other.checked(other.check(nominate=False))
        line.pace.strike()
        await browser.packet()
        await other.checked(other.check(nominate=True))
        line.pace.strike()

        assert (await other.receive())[0] == 0x80
        other.close()
        ended(peer, browser)

    run(test())


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_ports_are_free_after_the_end(host: str) -> None:
    async def test() -> None:
        line = Line()
        peer, browser = await connected(line, host)
        peer.close()
        peer.close()
        await asyncio.sleep(0)
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.bind(browser.server)

        assert line.states == ["connecting", "connected", "closed"]
        assert line.pace.ticks == []
        browser.close()

    run(test())


def test_the_end_is_told_to_the_browser() -> None:
    async def test() -> None:
        peer, browser = await connected(Line())
        peer.close()
        _, gone = rtcp.read(await browser.report())
        browser.dtls.receive(await browser.receive())

        assert len(gone) == 1
        assert browser.dtls.is_closed
        browser.close()

    run(test())


def test_the_browser_can_end_it() -> None:
    async def test() -> None:
        line = Line()
        peer, browser = await connected(line)
        browser.dtls.connection.shutdown()
        browser.send(*browser.dtls.written())
        await until(lambda: peer.state != "connected")

        assert line.states[-1] == "closed"
        assert line.pace.ticks == []
        browser.close()

    run(test())


def test_another_certificate_than_the_described_one_fails() -> None:
    async def test() -> None:
        line = Line()
        peer, browser = line.peer(), await Browser.open()
        browser.take(await peer.answer(browser.describe()))
        browser.dtls = DtlsClient()
        await browser.connect()
        await until(lambda: peer.state != "connecting")

        assert line.states == ["connecting", "failed"]
        assert "certificate" in peer.reason
        ended(peer, browser)
        assert line.states[-1] == "closed"

    run(test())


def test_a_handshake_without_srtp_fails() -> None:
    async def test() -> None:
        line = Line()
        peer, browser = line.peer(), await Browser.open()
        browser.dtls = DtlsClient(profile=None)
        browser.take(await peer.answer(browser.describe()))
        await browser.checked()
        browser.send(*browser.dtls.receive())

        async def shake_hands() -> None:
            while True:
                browser.send(*browser.dtls.receive(await browser.receive()))

        # The failure itself gets no answer.
        task = asyncio.create_task(shake_hands())
        await until(lambda: peer.state != "connecting")
        task.cancel()

        assert peer.state == "failed"
        assert "SRTP" in peer.reason
        ended(peer, browser)

    run(test())


def test_a_lost_flight_of_the_handshake_is_sent_again() -> None:
    async def test() -> None:
        line = Line()
        peer, browser = line.peer(), await Browser.open()
        browser.take(await peer.answer(browser.describe()))
        await browser.checked()
        browser.send(*browser.dtls.receive())
        await settled(browser)  # drops what came before the response
        while not browser.dtls.is_done:
            browser.send(*browser.dtls.receive(await browser.receive()))

        assert line.states == ["connecting", "connected"]
        ended(peer, browser)

    run(test())


def test_thirty_seconds_without_a_check_fail() -> None:
    async def test() -> None:
        line = Line()
        peer, browser = await connected(line)
        line.now += ice.CONSENT_SECONDS - 1
        await settled(browser)  # a check
        line.now += ice.CONSENT_SECONDS - 1
        line.pace.strike(frames=0, skipped=50)
        before = peer.state
        line.now += 1
        line.pace.strike(frames=0, skipped=50)

        assert (before, peer.state) == ("connected", "failed")
        ended(peer, browser)

    run(test())


def test_an_offer_waits_for_its_answer_without_limit() -> None:
    async def test() -> None:
        line = Line()
        peer, browser = line.peer(), await Browser.open()
        browser.take(await peer.offer())
        line.now += 3600
        line.pace.strike(frames=0, skipped=50)
        assert peer.state == "new"

        peer.accept(browser.describe(setup="active"))
        line.now += ice.CONSENT_SECONDS
        line.pace.strike(frames=0, skipped=50)
        assert peer.state == "failed"
        browser.close()

    run(test())


def test_ice_restarts_while_sound_goes_on() -> None:
    async def test() -> None:
        line = Line(heard=LOUD)
        peer, browser = await connected(line)
        old = browser.check()
        browser.fragment = "fresh"
        answer = peer.restart(browser.describe())
        await browser.checked(old)  # until a new one comes
        was = browser.their_fragment, browser.their_password
        browser.take(answer)
        response = await browser.checked()
        fresh = browser.check()
        browser.send(old)
        after = await browser.checked(fresh)
        line.pace.strike()

        assert after.transaction == fresh[8:20]  # none for the old one
        assert response.is_signed_with(browser.their_password)
        assert was != (browser.their_fragment, browser.their_password)
        assert audioop.ulaw2lin((await browser.packet()).payload, 2) == LOUD
        assert line.states == ["connecting", "connected"]
        ended(peer, browser)

    run(test())


def test_an_offer_with_the_same_fragment_restarts_nothing() -> None:
    async def test() -> None:
        peer, browser = await connected(Line())
        answer = peer.restart(browser.describe())

        assert value(answer, "ice-ufrag") == browser.their_fragment
        assert re.search(r"^o=- \d+ 2 IN", answer, re.MULTILINE)  # a new version all the same
        ended(peer, browser)

    run(test())


def test_a_restart_with_another_certificate_is_refused() -> None:
    async def test() -> None:
        peer, browser = await connected(Line())
        other = await Browser.open()
        with pytest.raises(sdp.DescriptionError, match="certificate"):
            peer.restart(other.describe())

        assert peer.state == "connected"
        other.close()
        ended(peer, browser)

    run(test())


def test_each_key_comes_once() -> None:
    async def test() -> None:
        line = Line()
        peer, browser = await connected(line)
        browser.send(
            browser.press(1, 100, 1),
            browser.press(2, 100, 1),
            browser.press(3, 100, 1, end=True),
            browser.press(4, 100, 1, end=True),
            browser.press(6, 900, 11, end=True),  # all that is left of this one
        )
        await settled(browser)

        assert line.digits == ["1", "#"]
        assert line.said == []
        ended(peer, browser)

    run(test())


def test_a_browser_without_telephone_events_is_answered() -> None:
    async def test() -> None:
        line = Line()
        peer, browser = line.peer(), await Browser.open()
        answer = await peer.answer(browser.describe(formats="111 0"))
        browser.take(answer)
        await browser.connect()
        browser.send(browser.press(1, 100, 1))
        await settled(browser)

        assert "telephone-event" not in answer
        assert line.digits == []
        ended(peer, browser)

    run(test())


def test_other_codecs_are_not_heard() -> None:
    async def test() -> None:
        line = Line()
        peer, browser = await connected(line)
        for kind in (8, 13, 111):
            head = struct.pack("!BBHII", 0x80, kind, kind, 1, SOURCE)
            browser.send(browser.protected(head + bytes(160)))
        await settled(browser)

        assert [one for one in line.said if one != SILENCE] == []
        assert EVENTS != 111
        ended(peer, browser)

    run(test())


def test_time_goes_on_in_a_pause() -> None:
    async def test() -> None:
        line = Line()
        peer, browser = await connected(line)
        line.pace.strike()
        line.pace.strike(frames=1, skipped=10)
        first, second = await browser.packet(), await browser.packet()

        assert second.sequence == (first.sequence + 1) & 0xFFFF
        assert (second.timestamp - first.timestamp) & 0xFFFFFFFF == 11 * 160
        ended(peer, browser)

    run(test())


def test_nothing_is_sent_to_a_browser_that_only_sends() -> None:
    async def test() -> None:
        line = Line()
        peer, browser = line.peer(), await Browser.open()
        answer = await peer.answer(browser.describe(direction="sendonly"))
        browser.take(answer)
        await browser.connect()
        await settled(browser)
        line.pace.strike()

        assert "a=recvonly" in answer
        assert peer.figures().sent == 0
        ended(peer, browser)

    run(test())


def test_reports_tell_both_sides_what_was_lost() -> None:
    async def test() -> None:
        line = Line()
        peer, browser = await connected(line)
        browser.send(*[browser.speak(number) for number in (1, 2, 3, 4, 15, 16, 17, 18)])
        report = rtcp.sender_report(SOURCE, 0x1_2345_6789_ABCD, 0, 8, 0, None)
        browser.send(browser.protected_report(report + rtcp.description(SOURCE, "browser")))
        await settled(browser)
        line.now += 1
        line.pace.strike(frames=50)
        (ours,), _ = rtcp.read(await browser.report())
        assert ours.middle_time is not None
        (block,) = ours.blocks
        assert (block.source, block.lost, block.fraction_lost) == (SOURCE, 10, 142)
        assert (block.last_report, block.delay) == (0x2345_6789, 65536)

        reply = rtcp.Block(ours.source, 0, 7, 0, 0, ours.middle_time, 6554)
        line.now += 0.25
        browser.send(browser.protected_report(rtcp.sender_report(SOURCE, 1, 0, 8, 0, reply)))
        await settled(browser)

        figures = peer.figures()
        assert figures.round_trip == pytest.approx(0.15, abs=0.001)
        assert (figures.sent, figures.received) == (50, 8)
        assert (figures.lost, figures.lost_by_browser) == (10, 7)
        ended(peer, browser)

    run(test())


def test_callbacks_that_fail_end_nothing(caplog: pytest.LogCaptureFixture) -> None:
    async def test() -> None:
        line, browser, failing = Line(), await Browser.open(), Failing()
        peer = Peer(
            failing, failing.take, failing.take, failing.take, pace=line.pace, addresses=[LOOPBACK]
        )
        browser.take(await peer.answer(browser.describe()))
        await browser.connect()
        browser.send(browser.speak(1), browser.press(2, 1, 1))
        await settled(browser)
        line.pace.strike()

        assert audioop.ulaw2lin((await browser.packet()).payload, 2) == SILENCE
        assert peer.state == "connected"
        ended(peer, browser)

    run(test())
    assert len(caplog.records) > 3


class Failing:
    """An ear without a sound, and callbacks."""

    def read(self, samples: int) -> bytes:
        raise ZeroDivisionError

    def take(self, value: object) -> None:
        raise ZeroDivisionError


def test_garbage_ends_nothing() -> None:
    async def test() -> None:
        chance = random.Random(17)  # noqa: S311
        line = Line(heard=LOUD)
        peer, browser = line.peer(), await Browser.open()
        browser.take(await peer.answer(browser.describe()))

        async def flood() -> None:
            for number in range(1500):
                head = bytes([chance.choice((0, 1, 20, 21, 22, 23, 63, 128, 144, 200))])
                browser.send(head + chance.randbytes(chance.randrange(200)))
                if number % 50 == 0:
                    await browser.checked()  # so that the socket's buffer has room

        browser.send(b"", *[browser.check()[:length] for length in range(0, 100, 7)])
        await flood()
        await browser.connect()
        await flood()
        browser.send(browser.speak(1, audioop.lin2ulaw(LOUD, 2)))
        await settled(browser)

        assert line.states == ["connecting", "connected"]
        assert line.said == [LOUD]
        ended(peer, browser)

    run(test())


def test_a_closed_connection_cannot_be_used() -> None:
    async def test() -> None:
        peer, browser = Line().peer(), await Browser.open()
        peer.close()
        with pytest.raises(sdp.DescriptionError):
            await peer.answer(browser.describe())
        with pytest.raises(sdp.DescriptionError):
            peer.accept(browser.describe(setup="active"))
        with pytest.raises(sdp.DescriptionError):
            peer.restart(browser.describe())
        browser.close()

    run(test())


def test_an_unusable_offer_opens_no_port() -> None:
    async def test() -> None:
        line, browser, created = Line(), await Browser.open(), list[object]()
        loop = asyncio.get_running_loop()

        def create(*args: object, **_: object) -> None:
            created.append(args)

        loop.create_datagram_endpoint = cast(Any, create)
        for offer in ("v=0\r\n", browser.describe(setup="passive")):
            with pytest.raises(sdp.DescriptionError):
                await line.peer().answer(offer)

        assert created == []
        assert line.pace.ticks == []

    run(test())


def test_no_address_of_this_machine_is_an_error() -> None:
    async def test() -> None:
        line = Line()
        with pytest.raises(NoAddressError, match=r"198\.51\.100\.1"):
            await line.peer("198.51.100.1").offer()

        assert line.pace.ticks == []

    run(test())


def test_an_ended_connection_refuses_a_restart() -> None:
    async def test() -> None:
        line = Line()
        peer, browser = await connected(line)
        line.now += ice.CONSENT_SECONDS
        line.pace.strike(frames=0, skipped=50)

        with pytest.raises(sdp.DescriptionError):
            peer.restart(browser.describe())
        ended(peer, browser)
        with pytest.raises(sdp.DescriptionError):
            peer.restart(browser.describe())

    run(test())


def test_a_closed_offer_takes_no_answer() -> None:
    async def test() -> None:
        peer, browser = Line().peer(), await Browser.open()
        await peer.offer()
        peer.close()

        with pytest.raises(sdp.DescriptionError):
            peer.accept(browser.describe(setup="active"))
        browser.close()

    run(test())
