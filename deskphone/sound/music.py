"""The hold music: a slow arpeggio, made from its notes."""

import math
from functools import cache

from deskphone.sound.mixing import mix
from deskphone.sound.sound import RATE, WIDTH, Sound
from deskphone.sound.tones import packed

CHORDS = (
    (220.0, 262.0, 330.0),
    (175.0, 220.0, 262.0),
    (262.0, 330.0, 392.0),
    (196.0, 247.0, 294.0),
)
"""A minor, F, C, G: the frequencies of their notes in Hz."""
STEPS = (0, 1, 2, 1, 2, 1, 0, 1)
"""Which note of the chord each eighth plays."""
STEP = RATE * 2 // 5
"""Samples between two notes."""
NOTE = 2 * STEP
"""Samples until a note has faded."""
LOUDNESS = 5000


@cache
def hold_music() -> Sound:
    """Return 12.8 seconds of music, to be repeated."""
    notes = [chord[step] for chord in CHORDS for step in STEPS]
    voices = [b"", b""]  # a note fades while the next one begins
    for index, frequency in enumerate(notes):
        voices[index % 2] += _note(frequency)
    # The last note fades over the beginning, so that the repetition has no seam.
    total = len(notes) * STEP
    parts = [bytes(offset * STEP * WIDTH) + voice for offset, voice in enumerate(voices)]
    tails = [part[total * WIDTH :] for part in parts]
    return Sound(mix([*parts, *tails], total))


@cache
def _note(frequency: float) -> bytes:
    turn = 2 * math.pi * frequency / RATE
    return packed(
        [
            round(
                LOUDNESS
                * min(index / 80, 1)
                * (1 - index / NOTE) ** 2
                * (math.sin(turn * index) + 0.3 * math.sin(2 * turn * index))
            )
            for index in range(NOTE)
        ]
    )
