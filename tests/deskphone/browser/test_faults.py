"""Faults of browser calls."""

from typing import Any

import pytest
from aiohttp import WSMsgType

from deskphone.browser.signaling import connection
from tests.deskphone.browser.softphone import Exchange, token, with_browsers


async def inject(line: Exchange, kind: str, **more: Any) -> None:
    """Turn on one fault."""
    fault = {"service": "browsers", "kind": kind, **more}
    async with line.world.http.put("/emulator/faults", json={"faults": [fault]}) as response:
        assert response.status == 200, await response.text()


@pytest.mark.parametrize(("kind", "alert"), [("31201", 20151), ("31204", 20101), ("31205", 20104)])
def test_a_token_is_refused(kind: str, alert: int) -> None:
    async def use(line: Exchange) -> None:
        await inject(line, kind, count=1)
        phone = await line.device()
        await phone.listen(token())
        assert (await phone.next("error"))["error"]["code"] == int(kind)
        assert line.world.alerts() == [alert]

        await phone.listen(token())
        await phone.next("connected")

    with_browsers(use)


def test_a_token_counts_as_expired() -> None:
    async def use(line: Exchange) -> None:
        await inject(line, "expired", count=1)
        phone = await line.device("alice")
        await phone.register()
        assert (await phone.next("error"))["error"]["code"] == 31205

        await phone.register()
        await phone.next("ready")

    with_browsers(use)


def test_a_socket_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "HEARTBEAT_S", 0.01)

    async def use(line: Exchange) -> None:
        phone = await line.registered("alice")
        await inject(line, "dropped", count=1)

        while (message := await phone.socket.receive(20)).type is WSMsgType.TEXT:
            assert message.data == "\n"
        assert phone.socket.close_code == 1006

    with_browsers(use)


def test_the_media_lead_nowhere() -> None:
    async def use(line: Exchange) -> None:
        await inject(line, "no-media")
        application = await line.application("<Say>Hello.</Say><Pause length='600'/>")
        phone = await line.device("alice", application=application)
        await phone.connect()

        sdp = (await phone.next("answer"))["sdp"]

        assert "a=candidate:1 1 udp 1 127.0.0.1 9 typ host" in sdp

    with_browsers(use)
