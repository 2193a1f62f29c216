"""Recordings hold what was said and heard."""

import pytest

from deskphone.compare.local import OWN
from deskphone.line.studio.studio import KEEP_EVERY_S
from deskphone.line.studio.tape import Tape
from deskphone.sound.decoding import decoded
from deskphone.sound.mixing import is_silent
from deskphone.sound.sound import RATE
from deskphone.sound.tones import tone
from deskphone.values import ACCOUNT_SID, HANDSETS
from tests.deskphone.in_process import World, in_process
from tests.deskphone.sound.spectrum import level
from tests.deskphone.studio.listeners import LINE_HZ, connected, file_of, heard, recorded, second

DIAL = f"<Dial record='{{}}'>{HANDSETS[1]}</Dial>"
TALKING = "<Pause length='30'/>"


async def talk(world: World, sid: str, frequency: float, seconds: int = 1) -> None:
    """Let a person say a tone for some seconds."""
    for _ in range(seconds * 10):
        world.emulator.network.studio.say(sid, tone((frequency,), 0.1))
        await world.clock.advance(0.1)


async def answered(world: World, document: str, **form: str) -> str:
    """Call a person, who answers; return the SID."""
    sid = await world.call(document, **form)
    await world.pick_up(sid)
    return sid


def test_a_recording_has_the_person_in_the_right_second_and_no_beep() -> None:
    async def main(world: World) -> None:
        sid = await answered(world, "<Record action='/done' finishOnKey='#' trim='do-not-trim'/>")
        await world.clock.advance(1.9)
        await talk(world, sid, 440)
        await world.clock.advance(1)
        world.emulator.network.exchange.press(sid, "#")
        await world.clock.advance(0)
        samples = await recorded(world)

        assert len(samples) == 4 * 16_000
        assert is_silent(second(samples, 0) + second(samples, 1) + second(samples, 3))
        assert level(second(samples, 2), 440) > 3000

    in_process(main)


def test_a_trimmed_recording_begins_with_the_first_word() -> None:
    async def main(world: World) -> None:
        sid = await world.call("<Record action='/done' timeout='9'/>")
        exchange = world.emulator.network.exchange
        exchange.answer(sid)
        await world.clock.advance(0)
        exchange.stop_talking(sid)
        await world.clock.advance(2)
        exchange.speak(sid, "One two three four five six", final=True)
        await world.clock.advance(2)
        exchange.stop_talking(sid)
        await world.clock.advance(9)
        samples = await recorded(world)

        assert len(samples) == 2 * 16_000
        assert not is_silent(samples[:1600])

    in_process(main)


def test_a_hang_up_keeps_what_was_said() -> None:
    async def main(world: World) -> None:
        sid = await answered(world, "<Record action='/done'/>")
        await talk(world, sid, 440, 2)
        world.emulator.network.exchange.hang_up(sid)
        await world.clock.advance(0)

        assert level(second(await recorded(world), 0), 440) > 3000

    in_process(main)


def test_a_dual_recording_has_the_person_and_the_other_side_apart() -> None:
    async def main(world: World) -> None:
        sid, leg = await connected(world, DIAL.format("record-from-answer-dual"))
        await talk(world, sid, 440)
        await talk(world, leg, 1000)
        world.emulator.network.exchange.hang_up(sid)
        await world.clock.advance(0)
        person, other = await recorded(world, 0), await recorded(world, 1)

        assert level(person, 440) > 1000 > 100 > level(person, 1000)
        assert level(other, 1000) > 1000 > 100 > level(other, 440)

    in_process(main)


def test_a_mixed_recording_has_both_sides() -> None:
    async def main(world: World) -> None:
        sid, leg = await connected(world, DIAL.format("record-from-answer"))
        await talk(world, sid, 440)
        await talk(world, leg, 1000)
        world.emulator.network.exchange.hang_up(leg)
        await world.clock.advance(0)
        samples = await recorded(world)

        assert level(second(samples, 0), 440) > 3000 > 1000 > level(second(samples, 0), 1000)
        assert level(second(samples, 1), 1000) > 3000 > 1000 > level(second(samples, 1), 440)

    in_process(main)


def test_a_track_has_one_side_only() -> None:
    async def main(world: World) -> None:
        found: dict[str, tuple[bool, bool]] = {}
        for track in ("inbound", "outbound", "both"):
            sid = await answered(world, f"<Say>{'Hello. ' * 50}</Say>")
            form = {"RecordingTrack": track}
            _, recording = await world.rest("POST", f"Calls/{sid}/Recordings.json", form)
            await talk(world, sid, 1000)
            world.emulator.network.exchange.hang_up(sid)
            await world.clock.advance(0)
            samples, _ = await file_of(world, f"{recording['sid']}.wav")
            found[track] = (level(samples, 1000) > 1000, level(samples, LINE_HZ) > 500)

        assert found == {
            "inbound": (True, False),
            "outbound": (False, True),
            "both": (True, True),
        }

    in_process(main)


def test_a_pause_is_left_out_or_silent() -> None:
    async def main(world: World) -> None:
        found: dict[str, list[bool]] = {}
        for behavior in ("skip", "silence"):
            sid = await answered(world, TALKING)
            path = f"Calls/{sid}/Recordings"
            _, recording = await world.rest("POST", f"{path}.json", {})
            await talk(world, sid, 440)
            pause = {"Status": "paused", "PauseBehavior": behavior}
            await world.rest("POST", f"{path}/{recording['sid']}.json", pause)
            await talk(world, sid, 1000)
            await world.rest("POST", f"{path}/{recording['sid']}.json", {"Status": "in-progress"})
            await talk(world, sid, 2000)
            world.emulator.network.exchange.hang_up(sid)
            await world.clock.advance(0)
            samples, _ = await file_of(world, f"{recording['sid']}.wav")
            seconds = [second(samples, one) for one in range(len(samples) // 16_000)]
            found[behavior] = [is_silent(one) for one in seconds]
            assert level(seconds[0], 440) > 3000 > 100 > level(samples, 1000)
            assert level(seconds[-1], 2000) > 3000

        assert found == {"skip": [False, False], "silence": [False, True, False]}

    in_process(main)


def test_a_conference_recording_mixes_its_participants() -> None:
    async def main(world: World) -> None:
        document = "<Dial><Conference record='record-from-start'>room</Conference></Dial>"
        first = await answered(world, document)
        other = await world.call(document, HANDSETS[1])
        await world.pick_up(other)
        studio = world.emulator.network.studio
        studio.say(first, tone((440,), 2))
        studio.say(other, tone((1000,), 2))
        await world.clock.advance(2)
        for sid in (first, other):
            world.emulator.network.exchange.hang_up(sid)
        await world.clock.advance(0)
        samples = await recorded(world)

        assert min(level(second(samples, 0), one) for one in (440, 1000)) > 3000

    in_process(main)


def test_a_played_recording_is_heard() -> None:
    async def main(world: World) -> None:
        sid = await answered(world, "<Record action='/done' maxLength='2'/>")
        await talk(world, sid, 440, 3)
        [recording] = world.emulator.store.recordings
        _, found = await world.rest("GET", f"Recordings/{recording.sid}.json")
        sid = await answered(world, f"<Play>{found['media_url']}</Play>")

        assert level(await heard(world, sid), 440) > 3000

    in_process(main)


def test_a_dual_recording_is_mixed_for_one_channel() -> None:
    async def main(world: World) -> None:
        sid, leg = await connected(world, DIAL.format("record-from-answer-dual"))
        studio = world.emulator.network.studio
        studio.say(sid, tone((440,), 1))
        studio.say(leg, tone((1000,), 1))
        await world.clock.advance(1)
        world.emulator.network.exchange.hang_up(sid)
        await world.clock.advance(0)
        [recording] = world.emulator.store.recordings
        path = f"/2010-04-01/Accounts/{ACCOUNT_SID}/Recordings/{recording.sid}.wav"
        url = f"{path}?RequestedChannels=1"
        async with world.http.get(url, headers=OWN.headers) as answer:
            sound = decoded("audio/wav", await answer.read())

        assert sound is not None
        assert min(level(sound.samples, one) for one in (440, 1000)) > 3000

    in_process(main)


def test_an_mp3_file_has_what_was_said() -> None:
    async def main(world: World) -> None:
        sid = await answered(world, "<Record action='/done' maxLength='2'/>")
        await talk(world, sid, 440, 3)
        [recording] = world.emulator.store.recordings
        async with world.http.get(f"/emulator/recordings/{recording.sid}.mp3") as answer:
            sound = decoded("audio/mpeg", await answer.read())

        assert sound is not None
        assert level(sound.samples, 440) > 3000

    in_process(main)


def test_a_deleted_recording_leaves_no_sound() -> None:
    async def main(world: World) -> None:
        sid = await answered(world, "<Record action='/done' maxLength='2'/>")
        await talk(world, sid, 440, 3)
        [recording] = world.emulator.store.recordings
        studio = world.emulator.network.studio
        was_kept = studio.recorded(recording) is not None
        status, _ = await world.rest("DELETE", f"Recordings/{recording.sid}.json")

        assert (was_kept, status, studio.recorded(recording)) == (True, 204, None)

    in_process(main)


def test_a_recording_whose_sound_was_dropped_is_a_hum_of_its_length() -> None:
    async def main(world: World) -> None:
        sid = await answered(world, "<Record action='/done' maxLength='2'/>")
        await talk(world, sid, 440, 3)
        [recording] = world.emulator.store.recordings
        world.emulator.network.studio.forget(recording.sid)
        samples = await recorded(world)

        assert len(samples) == 2 * 16_000
        assert level(samples, LINE_HZ) > 500 > 100 > level(samples, 440)

    in_process(main)


def test_a_long_recording_keeps_its_sound_bit_by_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    async def main(world: World) -> None:
        sid = await answered(world, "<Enqueue>support</Enqueue>", Record="true")
        await world.clock.advance(3600)
        world.emulator.network.exchange.hang_up(sid)
        await world.clock.advance(1)

        assert sum(steps) >= 3600 * RATE
        assert max(steps) <= (KEEP_EVERY_S + 1) * RATE

    steps: list[int] = []
    advance = Tape.advance

    def measured(tape: Tape, to: int) -> None:
        steps.append(to - tape.next)
        advance(tape, to)

    monkeypatch.setattr(Tape, "advance", measured)
    in_process(main)
