"""What the people in calls hear."""

import asyncio
import io
import threading
import tracemalloc
import wave

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from deskphone.line.studio import files
from deskphone.line.studio.files import Files
from deskphone.line.studio.studio import MOST_SAID
from deskphone.sound.music import hold_music
from deskphone.sound.sound import Sound
from deskphone.sound.tones import RINGBACK_HZ, keys, tone
from deskphone.values import HANDSETS
from tests.deskphone.in_process import World, in_process
from tests.deskphone.sound.spectrum import level
from tests.deskphone.studio.listeners import LINE_HZ, PERSON_HZ, connected, heard

CONFERENCE = "<Dial><Conference beep='false'>room</Conference></Dial>"
PATIENCE_S = 20
DIAL = f"<Dial>{HANDSETS[1]}</Dial>"


def is_silent(samples: bytes) -> bool:
    return samples == bytes(len(samples))


async def in_conference(world: World, *documents: str) -> list[str]:
    """Call a person for each document; return the calls' SIDs."""
    sids: list[str] = []
    for person, document in zip((*HANDSETS, "+12025550177"), documents, strict=False):
        url = world.serve(f"/room{len(sids)}", document)
        sid = await world.call("", person, Url=url)
        await world.pick_up(sid)
        sids.append(sid)
    return sids


def test_a_person_hears_speech_until_it_ends() -> None:
    async def main(world: World) -> None:
        sid = await world.call("<Say>one two three four five six</Say><Pause length='9'/>")
        await world.pick_up(sid)
        during = await heard(world, sid)
        await world.clock.advance(3)
        after = await heard(world, sid)

        assert level(during, LINE_HZ) > 500
        assert is_silent(after)

    in_process(main)


def test_a_key_cuts_the_prompt() -> None:
    async def main(world: World) -> None:
        text = "To speak to someone, press one. " * 5
        sid = await world.call(f"<Gather><Say>{text}</Say></Gather>")
        await world.pick_up(sid)
        before = await heard(world, sid)
        world.emulator.network.exchange.press(sid, "1")
        await world.clock.advance(0.1)
        after = await heard(world, sid)

        assert level(before, LINE_HZ) > 500
        assert is_silent(after)

    in_process(main)


def test_a_redirected_call_hears_only_what_is_new() -> None:
    async def main(world: World) -> None:
        sid = await world.call(f"<Say>{'Hello. ' * 50}</Say>")
        await world.pick_up(sid)
        twiml = "<Response><Play digits='5'/><Pause length='9'/></Response>"
        await world.rest("POST", f"Calls/{sid}.json", {"Twiml": twiml})
        await world.clock.advance(0)
        sound = await heard(world, sid, 0.1)

        assert level(sound, 770) > 1000 > 100 > level(sound, LINE_HZ)

    in_process(main)


def test_a_file_is_heard_as_often_as_it_is_repeated() -> None:
    async def main(world: World) -> None:
        file = io.BytesIO()
        with wave.open(file, "wb") as audio:
            audio.setnchannels(1)
            audio.setsampwidth(2)
            audio.setframerate(8000)
            audio.writeframes(tone((440,), 1))

        async def answer(request: web.Request) -> web.Response:
            return web.Response(body=file.getvalue(), content_type="audio/wav")

        app = web.Application()
        app.router.add_get("/tone.wav", answer)
        async with TestServer(app) as server:
            url = server.make_url("/tone.wav")
            sid = await world.call(f"<Play loop='2'>{url}</Play><Pause length='9'/>")
            await world.pick_up(sid)
            sound = await heard(world, sid, 1.8)
            await world.clock.advance(0.5)
            after = await heard(world, sid)

        assert level(sound, 440) > 4000
        assert is_silent(after)

    in_process(main)


def test_a_caller_hears_ringing_until_somebody_answers() -> None:
    async def main(world: World) -> None:
        sid = await world.call(DIAL)
        await world.pick_up(sid)
        ringing = await heard(world, sid)
        [leg] = world.emulator.store.children(sid)
        await world.pick_up(leg.sid)
        talking = await heard(world, sid)

        assert min(level(ringing, one) for one in RINGBACK_HZ) > 1000
        assert is_silent(talking)

    in_process(main)


def test_connected_people_hear_each_other_live() -> None:
    async def main(world: World) -> None:
        sid, leg = await connected(world, DIAL)
        studio = world.emulator.network.studio
        studio.say(leg, tone((440,), 0.6))
        studio.say(sid, tone((1000,), 0.6))
        by_caller, by_called = await heard(world, sid), await heard(world, leg)

        assert level(by_caller, 440) > 3000 > 100 > level(by_caller, 1000)
        assert level(by_called, 1000) > 3000 > 100 > level(by_called, 440)

    in_process(main)


def test_typed_speech_is_heard_by_the_other_side_only() -> None:
    async def main(world: World) -> None:
        sid, leg = await connected(world, DIAL)
        world.emulator.network.exchange.speak(leg, "Hello, this is a long text", final=True)
        await world.clock.advance(0)
        by_caller, by_called = await heard(world, sid), await heard(world, leg)

        assert level(by_caller, PERSON_HZ) > 500
        assert is_silent(by_called)

    in_process(main)


def test_speech_that_is_not_final_is_not_heard() -> None:
    async def main(world: World) -> None:
        sid, leg = await connected(world, DIAL)
        world.emulator.network.exchange.speak(leg, "Hello", final=False)
        await world.clock.advance(0)

        assert is_silent(await heard(world, sid))

    in_process(main)


def test_keys_are_heard_by_the_other_side() -> None:
    async def main(world: World) -> None:
        sid, leg = await connected(world, DIAL)
        world.emulator.network.exchange.press(leg, "5")

        assert level(await heard(world, sid, 0.1), 1336) > 1000

    in_process(main)


def test_a_whisper_is_heard_by_the_called_person_only() -> None:
    async def main(world: World) -> None:
        url = world.serve("/whisper", "<Say>one two three four five six seven</Say>")
        sid, leg = await connected(
            world, f"<Dial><Number url='{url}'>{HANDSETS[1]}</Number></Dial>"
        )
        by_called, by_caller = await heard(world, leg), await heard(world, sid)

        assert level(by_called, LINE_HZ) > 500 > 100 > level(by_caller, LINE_HZ)

    in_process(main)


def test_the_only_participant_hears_hold_music() -> None:
    async def main(world: World) -> None:
        [sid] = await in_conference(world, CONFERENCE)
        sound = await heard(world, sid, 1)

        assert sound in hold_music().samples * 2

    in_process(main)


def test_participants_hear_all_others_but_not_the_muted() -> None:
    async def main(world: World) -> None:
        muted = CONFERENCE.replace("beep", "muted='true' beep")
        first, second, third = await in_conference(world, CONFERENCE, CONFERENCE, muted)
        await world.clock.advance(1)
        studio = world.emulator.network.studio
        for sid, frequency in ((first, 440), (second, 1000), (third, 2000)):
            studio.say(sid, tone((frequency,), 1))
        found = [await heard(world, sid) for sid in (first, second, third)]
        loud = [[one for one in (440, 1000, 2000) if level(by, one) > 2000] for by in found]

        assert loud == [[1000], [440], [440, 1000]]

    in_process(main)


def test_one_on_hold_hears_music_and_is_not_heard() -> None:
    async def main(world: World) -> None:
        first, second = await in_conference(world, CONFERENCE, CONFERENCE)
        [conference] = world.emulator.store.conferences
        path = f"Conferences/{conference.sid}/Participants/{first}.json"
        await world.rest("POST", path, {"Hold": "true"})
        await world.clock.advance(1)
        studio = world.emulator.network.studio
        studio.say(first, tone((440,), 2))
        studio.say(second, tone((1000,), 2))
        by_first, by_second = await heard(world, first), await heard(world, second)

        assert by_first in hold_music().samples * 2
        assert is_silent(by_second)

    in_process(main)


def test_a_participant_who_joins_is_announced_by_a_beep() -> None:
    async def main(world: World) -> None:
        document = CONFERENCE.replace("beep='false'", "beep='true'")
        first, _, _ = await in_conference(world, *[document] * 3)

        assert level(await heard(world, first, 0.1), 1000) > 2000

    in_process(main)


def test_a_call_that_ended_is_silent() -> None:
    async def main(world: World) -> None:
        sid = await world.call(f"<Say>{'Hello. ' * 50}</Say>")
        await world.pick_up(sid)
        world.emulator.network.exchange.hang_up(sid)
        world.emulator.network.studio.say(sid, tone((440,), 1))

        assert is_silent(await heard(world, sid))

    in_process(main)


def test_a_file_that_cannot_be_decoded_is_named() -> None:
    async def main(world: World) -> None:
        async def answer(request: web.Request) -> web.Response:
            return web.Response(body=bytes(16_000), content_type="audio/aiff")

        app = web.Application()
        app.router.add_get("/sound", answer)
        async with TestServer(app) as server:
            sid = await world.call(f"<Play>{server.make_url('/sound')}</Play>")
            await world.pick_up(sid)
            sound = await heard(world, sid)
        call = world.emulator.store.calls.get(sid)

        assert level(sound, LINE_HZ) > 500
        assert call is not None
        assert "not decoded" in [entry.name for entry in call.timeline]

    in_process(main)


def test_people_who_press_keys_without_end_take_limited_memory() -> None:
    async def main(world: World) -> None:
        sid = await world.call(DIAL)
        await world.pick_up(sid)
        tracemalloc.start()
        for _ in range(3 * MOST_SAID):
            world.emulator.network.exchange.press(sid, "1" * 100)
        kept, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()

        assert kept < 1.5 * MOST_SAID * len(keys("1" * 100).samples)

    in_process(main)


def test_a_file_is_decoded_while_other_calls_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    async def main(world: World) -> None:
        loop, gone_on = asyncio.get_running_loop(), threading.Event()

        def slow(content_type: str, content: bytes) -> Sound:
            loop.call_soon_threadsafe(gone_on.set)
            assert gone_on.wait(PATIENCE_S)
            return Sound(content)

        monkeypatch.setattr(files, "decoded", slow)
        sound = await Files(world.clock).sound_of("audio/wav", b"RIFF")
        assert sound == (Sound(b"RIFF"), True)

    in_process(main)
