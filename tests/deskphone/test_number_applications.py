"""Numbers and texts with a TwiML application, whose URLs Twilio uses instead of their own."""

from typing import Any

import pytest

from deskphone.values import HANDSETS, LINE, LINE_SID
from tests.deskphone.in_process import World, in_process

NUMBER = f"IncomingPhoneNumbers/{LINE_SID}.json"
UNKNOWN = "AP" + "9" * 32


async def application(world: World, **urls: str) -> str:
    """Create an application; return its SID."""
    form = {name: world.app_url + path for name, path in urls.items()}
    return (await world.rest("POST", "Applications.json", form))[1]["sid"]


async def line(world: World, **settings: str) -> Any:
    """Change the line's number; return the response."""
    return (await world.rest("POST", NUMBER, settings))[1]


async def called(world: World) -> list[str]:
    """Call the line, let the caller hang up, and return the paths that were asked."""
    number = world.emulator.store.number(LINE)
    assert number is not None
    call = world.emulator.network.exchange.ring(HANDSETS[0], number)
    await world.clock.advance(1)
    if call.sid in {one.sid for one in world.emulator.store.calls if one.status == "in-progress"}:
        world.emulator.network.exchange.hang_up(call.sid)
    await world.clock.advance(1)
    return world.asked


async def texted(world: World) -> list[str]:
    """Text the line; return the paths that were asked."""
    number = world.emulator.store.number(LINE)
    assert number is not None
    world.emulator.network.texts.receive(HANDSETS[0], number, "Hello", ())
    await world.clock.advance(1)
    return world.asked


def test_an_application_handles_calls_instead_of_all_voice_urls() -> None:
    async def use(world: World) -> None:
        sid = await application(world, VoiceUrl="/app", StatusCallback="/app-ended")
        urls = {"VoiceUrl": f"{world.app_url}/own", "StatusCallback": f"{world.app_url}/own-ended"}
        changed = await line(world, VoiceApplicationSid=sid, **urls)

        assert (changed["voice_application_sid"], changed["voice_url"]) == (sid, urls["VoiceUrl"])
        assert await called(world) == ["/app", "/app-ended"]

    in_process(use)


def test_an_application_handles_texts_instead_of_all_sms_urls() -> None:
    async def use(world: World) -> None:
        sid = await application(world, SmsUrl="/app")
        changed = await line(world, SmsApplicationSid=sid, SmsUrl=f"{world.app_url}/own")

        assert changed["sms_application_sid"] == sid
        assert await texted(world) == ["/app"]

    in_process(use)


@pytest.mark.parametrize("way", ["emptied", "deleted"])
def test_without_its_application_a_number_uses_its_own_urls(way: str) -> None:
    async def use(world: World) -> None:
        sid = await application(world, VoiceUrl="/app")
        await line(world, VoiceApplicationSid=sid, VoiceUrl=f"{world.app_url}/own")
        if way == "emptied":
            await line(world, VoiceApplicationSid="")
        else:
            await world.rest("DELETE", f"Applications/{sid}.json")

        assert await called(world) == ["/own"]

    in_process(use)


@pytest.mark.parametrize("name", ["VoiceApplicationSid", "SmsApplicationSid"])
def test_a_number_accepts_no_unknown_application(name: str) -> None:
    async def use(world: World) -> None:
        assert (await line(world, **{name: UNKNOWN}))["code"] == 21218

    in_process(use)


def test_a_url_that_the_page_sets_replaces_the_application() -> None:
    async def use(world: World) -> None:
        await line(world, VoiceApplicationSid=await application(world, VoiceUrl="/app"))
        body = {"voice_url": f"{world.app_url}/own"}
        async with world.http.put(f"/emulator/numbers/{LINE_SID}", json=body) as response:
            assert response.status == 200

        assert await called(world) == ["/own"]

    in_process(use)


@pytest.mark.parametrize(("own", "reported"), [("", "/app"), ("/own", "/own")])
def test_a_text_is_reported_to_its_application_unless_it_names_a_url(
    own: str, reported: str
) -> None:
    async def use(world: World) -> None:
        form = {"To": HANDSETS[0], "From": LINE, "Body": "Hello"}
        form["ApplicationSid"] = await application(world, MessageStatusCallback="/app")
        if own:
            form["StatusCallback"] = world.app_url + own
        await world.rest("POST", "Messages.json", form)
        await world.clock.advance(5)

        assert {*world.asked} == {reported}

    in_process(use)


def test_a_text_of_an_unknown_application_is_refused() -> None:
    async def use(world: World) -> None:
        form = {"To": HANDSETS[0], "From": LINE, "Body": "Hello", "ApplicationSid": UNKNOWN}
        status, answer = await world.rest("POST", "Messages.json", form)

        assert (status, answer["code"]) == (400, 21218)

    in_process(use)
