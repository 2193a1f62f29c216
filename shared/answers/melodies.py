"""Bundled hold music: a short melody for each bucket of twimlets.com, computed from notes.

A melody is 8 kHz, 16 bit, mono, which is all that a phone line carries. It loops seamlessly.
"""

import asyncio
import io
import math
import threading
from array import array
from functools import cache
from typing import NamedTuple

from shared.errors import NotFoundError

BUCKET_PREFIX = "com.twilio.music."
RATE_HZ = 8000

# The first request computes a melody; the others wait for it instead of computing it again.
_computing = threading.Lock()

_TABLE_SIZE = 512
_LOUDNESS = 9000


class Melody(NamedTuple):
    """Notes as semitones above A at 220 Hz, one per beat; `.` is a rest.

    `bass` has one note per four beats. `overtones` are the strengths of the harmonics. A note takes
    `attack_s` seconds to reach full volume, and loses two thirds of it in `fade_s` seconds.
    """

    notes: str
    bass: str
    beat_s: float
    overtones: tuple[float, ...]
    attack_s: float
    fade_s: float


_MELODIES = {
    "classical": Melody(
        "3 7 10 15 14 10 7 . 5 8 12 17 15 12 8 . 2 5 10 14 12 10 5 . 3 7 10 7 3 . . .",
        "-9 -5 -7 -4 -2 -2 -9 -9",
        0.34,
        (1, 0.5, 0.25, 0.12),
        0.01,
        0.35,
    ),
    "ambient": Melody(
        "0 . 7 . 12 . 7 . 3 . 10 . 15 . 10 . 5 . 8 . 12 . 8 . 7 . 2 . 7 . . .",
        "-12 -12 -9 -9 -7 -7 -5 -5",
        0.4,
        (1, 0.15, 0.3),
        0.25,
        0.9,
    ),
    "electronica": Melody(
        "0 12 7 12 3 12 7 15 0 12 7 12 3 10 7 10 -4 8 3 8 0 8 3 12 -2 10 5 10 2 10 5 2",
        "-12 -12 -12 -12 -16 -16 -14 -14",
        0.25,
        (1, 0, 0.33, 0, 0.2, 0, 0.14),
        0.005,
        0.12,
    ),
    "guitars": Melody(
        "3 7 10 15 10 7 3 7 0 3 7 12 7 3 0 3 5 8 12 17 12 8 5 8 -2 2 5 10 5 2 -2 2",
        "-9 -9 -12 -12 -7 -7 -14 -14",
        0.3,
        (1, 0.6, 0.45, 0.3, 0.2, 0.1),
        0.004,
        0.4,
    ),
    "rock": Melody(
        "0 0 7 0 10 0 7 5 3 3 10 3 12 3 10 7 5 5 12 5 15 5 12 10 7 7 5 3 0 . 0 .",
        "-12 -12 -9 -9 -7 -7 -5 -12",
        0.26,
        (1, 0.8, 0.65, 0.5, 0.4, 0.3, 0.2),
        0.004,
        0.18,
    ),
    "soft-rock": Melody(
        "7 . 10 12 . 10 7 . 5 . 8 10 . 8 5 . 3 . 7 10 . 7 3 . 2 . 5 7 5 2 3 .",
        "-9 -9 -7 -7 -12 -12 -14 -9",
        0.32,
        (1, 0.4, 0.3, 0.1),
        0.02,
        0.45,
    ),
}
BUCKETS = frozenset(BUCKET_PREFIX + name for name in _MELODIES)


async def sound_of(bucket: str) -> bytes:
    """Return a bucket's melody as a WAV file; raise NotFoundError for an unknown bucket.

    Compute it on first use, in a thread: that takes 0.2 seconds.
    """
    if bucket not in BUCKETS:
        raise NotFoundError(
            f"Unknown hold music. Set Bucket to a name such as {BUCKET_PREFIX}classical."
        )
    return await asyncio.to_thread(_computed_once, _MELODIES[bucket.removeprefix(BUCKET_PREFIX)])


def _computed_once(melody: Melody) -> bytes:
    with _computing:
        return _wav(melody)


@cache  # there are six
def _wav(melody: Melody) -> bytes:
    import wave  # rarely needed

    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(RATE_HZ)
        writer.writeframes(_samples(melody).tobytes())
    return file.getvalue()


def _samples(melody: Melody) -> array[int]:
    """Mix the notes of melody and bass; a note at the end continues at the beginning."""
    notes = melody.notes.split()
    mix = array("d", bytes(8 * round(len(notes) * melody.beat_s * RATE_HZ)))
    wave_table = _wave_table(melody.overtones)
    for beat, note in enumerate(notes):
        if note != ".":
            _add_note(mix, melody, wave_table, beat, int(note))
    for quarter, note in enumerate(melody.bass.split()):
        _add_note(mix, melody, wave_table, 4 * quarter, int(note))
    loudest = max(max(mix), -min(mix))
    return array("h", [round(value / loudest * _LOUDNESS) for value in mix])


def _wave_table(overtones: tuple[float, ...]) -> list[float]:
    """Compute one period of a tone."""
    turn = 2 * math.pi / _TABLE_SIZE
    return [
        sum(
            strength * math.sin(turn * step * (number + 1))
            for number, strength in enumerate(overtones)
        )
        for step in range(_TABLE_SIZE)
    ]


def _add_note(
    mix: "array[float]", melody: Melody, wave_table: list[float], beat: int, semitones: int
) -> None:
    start = round(beat * melody.beat_s * RATE_HZ)
    step = 220 * 2 ** (semitones / 12) * _TABLE_SIZE / RATE_HZ
    attack = max(1, round(melody.attack_s * RATE_HZ))
    decay = math.exp(-1 / (melody.fade_s * RATE_HZ))
    size, phase, strength = len(mix), 0.0, 1.0
    for index in range(round(4 * melody.fade_s * RATE_HZ) + attack):
        rise = index / attack if index < attack else 1.0
        mix[(start + index) % size] += wave_table[int(phase) % _TABLE_SIZE] * strength * rise
        phase += step
        strength *= decay
