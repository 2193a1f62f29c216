"""What the people in calls hear, through the studio."""

from math import cos, pi

from deskphone.sound.mixing import mix
from deskphone.sound.sound import RATE, Sound
from deskphone.sound.tones import tone
from deskphone.values import HANDSETS
from tests.deskphone.in_process import World, in_process

FRAME = RATE // 50


def level(samples: bytes, frequency: float) -> float:
    """Return how loud a frequency is in these samples (Goertzel), as the height of its wave."""
    numbers = memoryview(samples).cast("h")
    turn = 2 * cos(2 * pi * frequency / RATE)
    before, last = 0.0, 0.0
    for number in numbers:
        before, last = last, number + turn * last - before
    power = before**2 + last**2 - turn * before * last
    return 2 * max(power, 0) ** 0.5 / len(numbers)


async def heard(world: World, sid: str, frames: int = 10) -> bytes:
    """Return what a call's person hears in the next frames of 20 ms."""
    listening = world.emulator.network.studio.listen(sid)
    await world.clock.advance(0.06)
    parts: list[bytes] = []
    for _ in range(frames):
        parts.append(listening.read(FRAME))
        await world.clock.advance(0.02)
    listening.close()
    return b"".join(parts)


def test_a_person_hears_speech_until_it_ends() -> None:
    async def main(world: World) -> None:
        sid = await world.call("<Say>one two three four five six</Say><Pause length='9'/>")
        await world.pick_up(sid)
        during = await heard(world, sid)
        await world.clock.advance(3)
        after = await heard(world, sid)

        assert level(during, 220) > 500
        assert after == bytes(len(after))

    in_process(main)


def test_connected_people_hear_each_other_live() -> None:
    async def main(world: World) -> None:
        sid = await world.call(f"<Dial>{HANDSETS[1]}</Dial>")
        await world.pick_up(sid)
        await world.clock.advance(1)
        [leg] = world.emulator.store.children(sid)
        await world.pick_up(leg.sid)
        studio = world.emulator.network.studio
        studio.say(leg.sid, tone((441,), 0.5))
        studio.say(sid, tone((1000,), 0.5))
        by_caller, by_called = await heard(world, sid), await heard(world, leg.sid)

        assert level(by_caller, 441) > 3000 > 100 > level(by_caller, 1000)
        assert level(by_called, 1000) > 3000 > 100 > level(by_called, 441)

    in_process(main)


def test_a_mix_is_cut_and_padded() -> None:
    assert mix([tone((441,), 0.1), b""], 10) == tone((441,), 0.1)[:20]
    assert mix([Sound().samples], 3) == bytes(6)
