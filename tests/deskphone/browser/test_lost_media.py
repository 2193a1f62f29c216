"""A call ends when its browser's sound fails."""

import pytest

from deskphone.media.transport import ice
from tests.deskphone.browser.softphone import Exchange
from tests.deskphone.in_process import World, in_process
from tests.deskphone.media.standin import Browser


def test_a_browser_that_is_silent_for_too_long_is_hung_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ice, "CONSENT_SECONDS", 0)

    async def main(world: World) -> None:
        line = Exchange(world, [])
        phone, browser = await line.registered("alice"), await Browser.open()
        sid = await line.ring("client:alice")
        browser.take((await phone.next("invite"))["sdp"])
        await phone.send("answer", callsid=sid, sdp=browser.describe(setup="active"))
        await phone.next("answer")

        assert await phone.next("hangup") == {"callsid": sid}
        await world.clock.advance(0.1)
        assert line.status(sid) == "completed"
        assert world.alerts() == [53405]
        browser.close()

    in_process(main)
