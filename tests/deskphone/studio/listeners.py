"""Listening to the calls of a test."""

import io
import wave

from deskphone.sound.sound import RATE
from tests.deskphone.in_process import World

FRAME = RATE // 50
LINE_HZ, PERSON_HZ = 220, 262
"""A frequency of the soft tones that the line, and people, speak in."""


async def heard(world: World, sid: str, seconds: float = 0.2) -> bytes:
    """Return what a call's person hears during this time, from now on."""
    await world.clock.advance(0.06)  # the delay of a listener
    listening = world.emulator.network.studio.listen(sid)
    parts: list[bytes] = []
    for _ in range(round(seconds * 50)):
        parts.append(listening.read(FRAME))
        await world.clock.advance(0.02)
    listening.close()
    return b"".join(parts)


async def connected(world: World, document: str) -> tuple[str, str]:
    """Call a person whose TwiML dials another, who answers; return the SIDs of both calls."""
    sid = await world.call(document)
    await world.pick_up(sid)
    await world.clock.advance(1)
    [leg] = world.emulator.store.children(sid)
    await world.pick_up(leg.sid)
    return sid, leg.sid


async def file_of(world: World, name: str) -> tuple[bytes, int]:
    """Return the frames of a recording's WAV file, and the number of channels."""
    async with world.http.get(f"/emulator/recordings/{name}") as answer:
        assert answer.status == 200
        with wave.open(io.BytesIO(await answer.read())) as audio:
            return audio.readframes(audio.getnframes()), audio.getnchannels()


async def recorded(world: World, channel: int = 0) -> bytes:
    """Return one channel of the only recording."""
    [recording] = world.emulator.store.recordings
    frames, channels = await file_of(world, f"{recording.sid}.wav")
    numbers = memoryview(frames).cast("h")
    return numbers[channel::channels].tobytes()


def second(samples: bytes, index: int) -> bytes:
    """Return one second of samples."""
    return samples[index * RATE * 2 : (index + 1) * RATE * 2]
