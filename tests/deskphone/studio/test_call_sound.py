"""/emulator/calls/{sid}/sound: a page or a program listens to a call, and speaks in it."""

import asyncio
from http import HTTPStatus

import pytest
from aiohttp import ClientWebSocketResponse, WSMsgType, WSServerHandshakeError

from deskphone.line.studio.listening import Listening
from deskphone.sound.tones import tone
from deskphone.values import HANDSETS
from deskphone.world.call_sound import BACKLOG_BYTES, FRAME, stream
from tests.deskphone.in_process import World, in_process
from tests.deskphone.sound.spectrum import level
from tests.deskphone.studio.listeners import LINE_HZ, connected, heard

WAIT_S = 20
SPEECH = "<Say>one two three four five six seven eight nine ten</Say>"


async def talking(world: World, document: str) -> str:
    """Call a person who answers; return the SID. The clock counts as one that goes by itself."""
    world.clock.kind = "system"
    sid = await world.call(document)
    await world.pick_up(sid)
    return sid


async def listener(world: World, sid: str, **headers: str) -> ClientWebSocketResponse:
    socket = await world.http.ws_connect(f"/emulator/calls/{sid}/sound", headers=headers)
    await world.clock.advance(0)
    return socket


async def refusal(world: World, sid: str, **headers: str) -> int:
    """Return the status that a listener gets instead of a socket."""
    with pytest.raises(WSServerHandshakeError) as refused:
        await listener(world, sid, **headers)
    return refused.value.status


async def rest(socket: ClientWebSocketResponse) -> list[bytes]:
    """Return what arrives until the emulator closes the connection."""
    found: list[bytes] = []
    while (message := await socket.receive(WAIT_S)).type is WSMsgType.BINARY:
        found.append(message.data)
    assert message.type is WSMsgType.CLOSE
    return found


def test_listener_hears_the_call_until_it_ends() -> None:
    async def main(world: World) -> None:
        sid = await talking(world, SPEECH + "<Pause length='60'/>")
        socket = await listener(world, sid)
        await world.clock.advance(0.5)
        frame = await socket.receive_bytes(timeout=WAIT_S)
        world.emulator.network.exchange.hang_up(sid)
        await world.clock.advance(0.1)
        others = await rest(socket)

        assert {len(one) for one in (frame, *others)} == {FRAME * 2}
        assert level(frame, LINE_HZ) > 500
        assert len(others) < 15

    in_process(main)


def test_a_reset_ends_the_sound() -> None:
    async def main(world: World) -> None:
        socket = await listener(world, await talking(world, "<Pause length='60'/>"))
        await world.emulator.reset()
        await world.clock.advance(0.1)

        assert await rest(socket) == []

    in_process(main)


def test_silence_is_not_sent() -> None:
    async def main(world: World) -> None:
        socket = await listener(world, await talking(world, "<Pause length='2'/>"))
        await world.clock.advance(3)

        assert await rest(socket) == []

    in_process(main)


def test_others_hear_what_a_listener_sends() -> None:
    async def main(world: World) -> None:
        world.clock.kind = "system"
        sid, other = await connected(world, f"<Dial>{HANDSETS[1]}</Dial>")
        socket = await listener(world, other)
        samples = tone((441,), 1)
        for start in range(0, 8000, 640):
            await socket.send_bytes(samples[start : start + 640])
        await world.clock.advance(0)

        assert level(await heard(world, sid, 0.1), 441) > 1000

    in_process(main)


def test_text_and_long_messages_do_no_harm() -> None:
    async def main(world: World) -> None:
        sid = await talking(world, SPEECH + "<Pause length='60'/>")
        first, second = await listener(world, sid), await listener(world, sid)
        await first.send_str("{}")
        await second.send_bytes(bytes(100_000))
        await rest(second)
        await world.clock.advance(0.5)
        sound = await first.receive_bytes(timeout=WAIT_S)

        assert level(sound, LINE_HZ) > 500
        assert world.alerts() == []

    in_process(main)


def test_pages_of_other_sites_cannot_listen() -> None:
    async def main(world: World) -> None:
        sid = await talking(world, SPEECH)
        own = str(world.http.make_url("")).rstrip("/")

        assert await refusal(world, sid, Origin="http://localhost:5173") == HTTPStatus.FORBIDDEN
        assert await refusal(world, sid, Origin="null") == HTTPStatus.FORBIDDEN
        assert not (await listener(world, sid, Origin=own)).closed

    in_process(main)


def test_ended_call_has_no_more_sound() -> None:
    async def main(world: World) -> None:
        sid = await talking(world, SPEECH)
        world.emulator.network.exchange.hang_up(sid)
        await world.clock.advance(1)

        assert await rest(await listener(world, sid)) == []

    in_process(main)


def test_unknown_call_is_not_found() -> None:
    async def main(world: World) -> None:
        await talking(world, SPEECH)

        assert await refusal(world, "CA0") == HTTPStatus.NOT_FOUND

    in_process(main)


def test_manual_clock_has_no_sound() -> None:
    async def main(world: World) -> None:
        sid = await world.call(SPEECH)

        assert await refusal(world, sid) == HTTPStatus.CONFLICT

    in_process(main)


def test_request_without_a_socket_is_refused() -> None:
    async def main(world: World) -> None:
        sid = await talking(world, SPEECH)
        async with world.http.get(f"/emulator/calls/{sid}/sound") as answer:
            assert answer.status == HTTPStatus.UPGRADE_REQUIRED
            assert answer.content_type == "application/problem+json"

    in_process(main)


def test_listener_that_fell_behind_goes_on_with_what_is_heard_now() -> None:
    async def main(world: World) -> None:
        clock, sent, waiting = world.clock, list[bytes](), [0]

        def heard_at(start: int, count: int) -> bytes:
            return start.to_bytes(8, "little", signed=True).ljust(count * 2, b"\1")

        async def send(frame: bytes) -> None:
            sent.append(frame)

        def position() -> int:
            return round(clock.now().timestamp() * 8000)

        listening = Listening(position, heard_at)
        began = position()
        task = asyncio.create_task(
            stream(clock, listening, lambda: True, lambda: waiting[0] > BACKLOG_BYTES, send)
        )
        await clock.advance(0.2)
        before = len(sent)
        waiting[0] = BACKLOG_BYTES + 1
        await clock.advance(3)
        during = len(sent)
        waiting[0] = 0
        await clock.advance(0.2)
        task.cancel()

        starts = [int.from_bytes(frame[:8], "little", signed=True) - began for frame in sent]
        assert before == during == 5
        assert starts[5] == pytest.approx(starts[0] + 80 * FRAME, abs=FRAME)
        assert len(sent) == 10

    in_process(main)
