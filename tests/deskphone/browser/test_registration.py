"""Devices connect with a token, register, and take a new token."""

from typing import Any

import pytest
from aiohttp import WSServerHandshakeError

from deskphone.browser import gateway
from deskphone.values import API_KEY_SID
from tests.deskphone.browser.softphone import Exchange, token, with_browsers


def test_connected_names_identity_edge_region_home_and_ttl() -> None:
    async def use(line: Exchange) -> None:
        phone = await line.device(host="voice-js.sydney.twilio.com")
        await phone.listen(token("alice", ttl=100))

        assert await phone.next("connected") == {
            "edge": "sydney",
            "region": "ASIAPAC_SYDNEY",
            "home": "us1",
            "gateway": "local",
            "token": {"identity": "alice", "ttl": 100, "accountSid": "AC" + "0" * 32},
        }

    with_browsers(use)


@pytest.mark.parametrize("host", ["", "voice-js.roaming.twilio.com", "chunderw-vpc-gll.twilio.com"])
def test_without_an_edge_a_device_gets_the_nearest(host: str) -> None:
    async def use(line: Exchange) -> None:
        phone = await line.device(host=host)
        await phone.listen(token())

        connected = await phone.next("connected")

        assert (connected["edge"], connected["region"]) == ("ashburn", "US_EAST_VIRGINIA")

    with_browsers(use)


def test_ttl_counts_from_the_whole_second() -> None:
    async def use(line: Exchange) -> None:
        await line.world.clock.advance(0.9)
        phone = await line.device()
        await phone.listen(token(ttl=10))

        assert (await phone.next("connected"))["token"]["ttl"] == 10

    with_browsers(use)


def test_a_device_registers_unregisters_and_registers_again() -> None:
    async def use(line: Exchange) -> None:
        phone = await line.registered("alice")
        await phone.register(audio=False)
        await phone.next("offline")
        await phone.register()
        await phone.next("ready")

        await line.ring("client:alice")
        await phone.next("invite")

    with_browsers(use)


def test_a_new_token_keeps_a_device_registered_past_the_old_one() -> None:
    async def use(line: Exchange) -> None:
        phone = await line.registered("alice", ttl=10)
        await phone.listen(token("alice", ttl=1000))
        await phone.next("connected")
        await line.world.clock.advance(60)

        await line.ring("client:alice")
        await phone.next("invite")
        assert await phone.kinds() == []

    with_browsers(use)


def test_a_device_is_told_when_its_token_expires() -> None:
    async def use(line: Exchange) -> None:
        phone = await line.registered("alice", ttl=10)
        await line.world.clock.advance(11)

        assert (await phone.next("error"))["error"]["code"] == 31205
        await phone.next("offline")
        assert line.world.alerts() == [20104]

    with_browsers(use)


@pytest.mark.parametrize(
    ("given", "code", "alert"),
    [
        ({"ttl": -1}, 31205, 20104),
        ({"secret": "another-secret-another-secret-another"}, 31204, 20101),
        ({"iss": "SK" + "9" * 32}, 31204, 20101),
        ({"iss": ""}, 31204, 20101),
        ({"sub": "AC" + "9" * 32}, 31204, 20101),
        ({"headers": {"cty": "twilio-sat;v=1"}}, 31204, 20101),
        ({"nbf": 2**35}, 31204, 20101),
        ({"exp": "tomorrow"}, 31204, 20101),
        ({"exp": 1e300}, 31204, 20101),
        ({"identity": "x" * 257}, 31204, 20101),
        ({"ttl": 86_401}, 31207, 31207),
        ({"iat": 2**38, "exp": 2**38 + 60}, 31207, 31207),
    ],
)
def test_a_bad_token_is_refused_and_named(given: dict[str, Any], code: int, alert: int) -> None:
    async def use(line: Exchange) -> None:
        phone = await line.device()
        await phone.listen(token(**given))

        error = (await phone.next("error"))["error"]

        assert error["code"] == code
        assert error["message"]
        assert line.world.alerts() == [alert]

    with_browsers(use)


@pytest.mark.parametrize("text", ["", "x", "a.b.c", "e30.e30.", "." * 1000, "\ud800"])
def test_what_is_not_a_token_is_refused(text: str) -> None:
    async def use(line: Exchange) -> None:
        phone = await line.device()
        await phone.listen(text)

        assert (await phone.next("error"))["error"]["code"] == 31204

    with_browsers(use)


def test_deleting_the_key_ends_its_tokens() -> None:
    async def use(line: Exchange) -> None:
        phone = await line.registered("alice")
        del line.world.emulator.account.keys[API_KEY_SID]
        await phone.register()

        assert (await phone.next("error"))["error"]["code"] == 31204
        await phone.next("offline")

    with_browsers(use)


def test_a_register_before_the_token_is_refused() -> None:
    async def use(line: Exchange) -> None:
        phone = await line.device()
        await phone.register()

        assert (await phone.next("error"))["error"]["code"] == 31204

    with_browsers(use)


def test_the_same_problem_is_named_once() -> None:
    async def use(line: Exchange) -> None:
        phone = await line.device()
        for _ in range(3):
            await phone.listen(token(ttl=-1))
            await phone.next("error")

        assert line.world.alerts() == [20104]

    with_browsers(use)


def test_a_token_without_the_incoming_grant_gets_no_calls_and_an_alert() -> None:
    async def use(line: Exchange) -> None:
        phone = await line.registered("alice", voice={"incoming": {"allow": False}})
        sid = await line.ring("client:alice")

        assert line.status(sid) == "no-answer"
        assert await phone.kinds() == []
        assert line.world.alerts() == [None]

    with_browsers(use)


def test_the_phone_page_knows_which_clients_are_registered_in_a_browser() -> None:
    async def use(line: Exchange) -> None:
        emulator = line.world.emulator
        with emulator.hub.subscribe() as events:
            phone = await line.registered("alice")
            assert emulator.feed.snapshot()["browsers"] == ["client:alice"]
            await phone.register(audio=False)
            await phone.next("offline")

            published = [events.get_nowait() for _ in range(events.qsize())]
            known = [event for event in published if event and event[0] == "browsers"]
            assert known == [("browsers", ["client:alice"]), ("browsers", [])]

    with_browsers(use)


def test_sockets_without_a_token_keep_no_device_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway, "CONNECTIONS_LIMIT", 2)

    async def use(line: Exchange) -> None:
        strangers = [await line.device(), await line.device()]
        first, second = await line.registered("alice"), await line.registered("bob")

        for stranger in strangers:
            assert await stranger.ended() == 1006
        with pytest.raises(WSServerHandshakeError) as refused:
            await line.device("carol")
        assert refused.value.status == 503
        assert await first.kinds() + await second.kinds() == []

    with_browsers(use)
