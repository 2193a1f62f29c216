"""Frames that no SDK sends break neither their socket nor the others."""

import json

import pytest
from aiohttp import WSMsgType
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deskphone.browser.signaling.frames import FrameError, read
from tests.deskphone.browser.softphone import Exchange, sdp_of, with_browsers

KINDS = [
    "listen", "register", "invite", "answer", "reject", "hangup", "dtmf", "reinvite", "message",
    "connected", "",
]  # fmt: skip
NAMES = [
    "token", "media", "audio", "callsid", "sdp", "twilio", "params", "reconnect", "dtmf", "content",
    "messagetype", "voiceeventsid", "reconnectTimeout",
]  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
    | st.sampled_from(["TJS1", "user-defined-message", sdp_of("A1"), "a=1&a=2", "\ud800"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=8,
)  # fmt: skip
PAYLOADS = st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=6)
FRAMES = st.fixed_dictionaries({"type": st.sampled_from(KINDS), "payload": PAYLOADS | VALUES}).map(
    json.dumps
)


@given(st.text() | FRAMES)
def test_a_text_is_a_frame_or_an_error(text: str) -> None:
    try:
        frame = read(text)
    except FrameError:
        return
    assert frame.kind
    assert frame.payload.text("callsid").encode() is not None


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(FRAMES | st.text(max_size=50), min_size=10, max_size=40))
def test_no_frame_breaks_the_socket(frames: list[str]) -> None:
    async def use(line: Exchange) -> None:
        application = await line.application("<Say>Hello.</Say><Pause length='600'/>")
        phone = await line.device("alice", application=application)
        await phone.connect()
        await phone.next("answer")
        for text in frames:
            await phone.socket.send_str(text.encode("utf-8", "replace").decode())

        other = await line.registered("bob", application=application)
        await phone.listen_again()
        assert await other.kinds() == []
        internal = [one.message for one in line.world.emulator.store.alerts if not one.code]
        assert [text for text in internal if "Internal error" in text] == []

    with_browsers(use)


@pytest.mark.parametrize("text", ["", "[]", "{", "1", '{"type": 1}', "[" * 50_000, "x" * 60_000])
def test_a_broken_frame_is_named_once(text: str) -> None:
    async def use(line: Exchange) -> None:
        phone = await line.registered("alice")
        for _ in range(2):
            await phone.socket.send_str(text)

        assert await phone.kinds() == []
        assert line.world.alerts() == [None]

    with_browsers(use)


def test_a_binary_frame_is_ignored() -> None:
    async def use(line: Exchange) -> None:
        phone = await line.registered("alice")
        await phone.socket.send_bytes(b"\x00\xff")

        assert await phone.kinds() == []

    with_browsers(use)


def test_a_frame_that_is_too_large_ends_its_socket_only() -> None:
    async def use(line: Exchange) -> None:
        phone, other = await line.registered("alice"), await line.registered("bob")
        await phone.socket.send_str("x" * 70_000)

        assert await phone.ended() == 1009
        assert await other.kinds() == []

    with_browsers(use)


def test_an_unknown_frame_is_named_by_its_type() -> None:
    async def use(line: Exchange) -> None:
        phone = await line.registered("alice")
        await phone.send("presence", a=1)
        await phone.kinds()

        [alert] = line.world.emulator.store.alerts
        assert "'presence'" in alert.message

    with_browsers(use)


def test_a_plain_request_is_told_to_upgrade() -> None:
    async def use(line: Exchange) -> None:
        async with line.world.http.get("/signal") as response:
            assert response.status == 426

    with_browsers(use)


def test_a_reset_ends_the_calls_and_keeps_the_devices() -> None:
    async def use(line: Exchange) -> None:
        phone = await line.registered("alice")
        sid = await line.ring("client:alice")
        await phone.next("invite")
        await line.world.emulator.reset()
        assert await phone.next("cancel") == {"callsid": sid}

        await line.ring("client:alice")
        await phone.next("invite")

    with_browsers(use)


def test_closing_the_emulator_closes_the_sockets() -> None:
    async def use(line: Exchange) -> None:
        phone = await line.registered("alice")
        line.world.emulator.browsers.close()

        message = await phone.socket.receive()
        assert (message.type, message.data) == (WSMsgType.CLOSE, 1012)

    with_browsers(use)
