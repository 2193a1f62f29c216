"""Speech in calls: in a worker thread, shared, and explained once."""

import asyncio
import threading
from dataclasses import dataclass, field

from deskphone.line.studio.speech import Speech
from deskphone.sound.espeak import Espeak
from deskphone.sound.mixing import is_silent
from deskphone.sound.sound import Sound
from deskphone.sound.speakers import PERSON
from deskphone.sound.tones import soft
from tests.deskphone.in_process import World, in_process
from tests.deskphone.studio.listeners import heard, recorded, second


@dataclass
class SlowSpeaker:
    """Speaks in a second of sound, once it is let go; it notes what it was asked for."""

    is_slow: bool = True
    go: threading.Event = field(default_factory=threading.Event)
    asked: list[tuple[str, str, str]] = field(default_factory=list[tuple[str, str, str]])

    async def is_asked(self) -> None:
        async with asyncio.timeout(30):
            while not self.asked:
                await asyncio.sleep(0)

    def speak(self, text: str, language: str, voice: str) -> Sound:
        self.asked.append((text, language, voice))
        self.go.wait(30)
        return soft(1)

    def note(self, language: str) -> str:
        return "Speech is a tone."


def test_a_say_lasts_as_long_as_its_sound() -> None:
    async def main(world: World) -> None:
        text = "The length of these words is that of their sound."
        seconds = Espeak().speak(text, "", "").seconds
        sid = await world.call(f"<Say>{text}</Say><Hangup/>")
        world.emulator.network.exchange.answer(sid)
        await world.clock.advance(seconds * 0.9)
        before = world.emulator.store.calls.get(sid)
        await world.clock.advance(seconds * 0.2)
        after = world.emulator.store.calls.get(sid)

        assert before is not None
        assert after is not None
        assert (before.status, after.status) == ("in-progress", "completed")

    in_process(main, speaker=Espeak())


def test_what_is_typed_in_a_record_is_spoken_in_the_recording() -> None:
    async def main(world: World) -> None:
        sid = await world.call("<Record action='/done' timeout='9' trim='do-not-trim'/>")
        await world.pick_up(sid)
        await world.clock.advance(0.9)
        exchange = world.emulator.network.exchange
        exchange.speak(sid, "Please call me back tomorrow morning at ten.", final=True)
        await world.clock.advance(5)
        exchange.hang_up(sid)
        await world.clock.advance(0)
        samples = await recorded(world)

        assert [is_silent(second(samples, one)) for one in range(6)] == [
            True, False, False, False, True, True,
        ]  # fmt: skip

    in_process(main, speaker=Espeak())


def test_slow_speech_does_not_hold_up_other_calls() -> None:
    speaker = SlowSpeaker()

    async def main(world: World) -> None:
        sid = await world.call("<Say>Hello</Say><Pause length='9'/>")
        world.emulator.network.exchange.answer(sid)
        advancing = asyncio.create_task(world.clock.advance(0.1))
        await speaker.is_asked()
        status, _ = await world.rest("GET", f"Calls/{sid}.json")
        is_waiting = not advancing.done()
        speaker.go.set()
        await advancing

        assert (status, is_waiting) == (200, True)
        assert not is_silent(await heard(world, sid))

    in_process(main, speaker=speaker)


def test_calls_that_say_the_same_share_the_work() -> None:
    speaker = SlowSpeaker()

    async def main(world: World) -> None:
        emulator = world.emulator
        speech = Speech(emulator.store, world.clock, speaker)
        tasks = [asyncio.create_task(speech.spoken("CA1", "Hello")) for _ in range(3)]
        await speaker.is_asked()
        tasks[0].cancel()
        speaker.go.set()
        await asyncio.gather(*tasks, return_exceptions=True)
        await speech.spoken("CA1", "Hello")

        assert [task.cancelled() for task in tasks] == [True, False, False]
        assert speaker.asked == [("Hello", "", "")]
        assert [alert.message for alert in emulator.store.alerts] == ["Speech is a tone."]

    in_process(main)


def test_what_users_should_know_is_said_again_after_a_reset() -> None:
    speaker = SlowSpeaker()
    speaker.go.set()

    async def main(world: World) -> None:
        found: list[int] = []
        for _ in range(2):
            for text in ("Hello", "Bye"):
                sid = await world.call(f"<Say>{text}, {len(found)}</Say>")
                await world.pick_up(sid)
            found.append(len(list(world.emulator.store.alerts)))
            await world.emulator.reset()

        assert found == [1, 1]

    in_process(main, speaker=speaker)


def test_a_person_speaks_the_language_of_the_call() -> None:
    speaker = SlowSpeaker()
    speaker.go.set()

    async def main(world: World) -> None:
        sid = await world.call("<Say language='pl-PL'>Hej</Say><Pause length='9'/>")
        await world.pick_up(sid)
        world.emulator.network.exchange.speak(sid, "Tak", final=True)
        await world.clock.advance(0)

        assert speaker.asked == [("Hej", "pl-PL", ""), ("Tak", "pl-PL", PERSON)]

    in_process(main, speaker=speaker)
