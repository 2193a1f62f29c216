"""Tones of the phone network, generated once and then reused."""

import math
import sys
from array import array
from collections.abc import Sequence
from functools import cache

from deskphone.sound.sound import RATE, WIDTH, Sound, samples_in

ROWS, COLUMNS = (697, 770, 852, 941), (1209, 1336, 1477, 1633)
KEYS = ("123A", "456B", "789C", "*0#D")
KEY_S, KEY_TONE_S = 0.2, 0.16
"""The length of a key, and how much of it sounds."""
PAUSES_S = {"w": 0.5, "W": 1.0}
"""Pauses among keys (twilio.com/docs/voice/twiml/play)."""
RINGBACK_HZ, RINGBACK_S, RINGBACK_PAUSE_S = (440, 480), 2, 4
"""The ringing tone that a caller hears in North America."""
BEEP_HZ, BEEP_S = (1000,), 0.25
LOUDNESS = 6000
SOFT_HZ, OTHER_SOFT_HZ = (220, 330), (262, 392)
"""Tones that stand for a voice, and for another one: whole numbers, so that seconds join."""
SWELLS_PER_S = 3


@cache
def tone(frequencies: Sequence[float], seconds: float, loudness: int = LOUDNESS) -> bytes:
    """Return samples of these frequencies (Hz) at once. `loudness` is the highest sample."""
    height, turn = loudness / len(frequencies), 2 * math.pi / RATE
    return packed(
        [
            round(height * sum(math.sin(turn * one * index) for one in frequencies))
            for index in range(samples_in(seconds))
        ]
    )


def packed(samples: Sequence[int]) -> bytes:
    """Return numbers from -32,768 to 32,767 as samples."""
    numbers = array("h", samples)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tobytes()


def keys(digits: str) -> Sound:
    """Return the tones of these keys (DTMF: 0-9, A-D, * and #), and of the pauses w and W."""
    # Only each key is kept, since the sequences have no end.
    parts = (_silent(PAUSES_S[key]) if key in PAUSES_S else _key(key) for key in digits)
    return Sound(b"".join(parts))


@cache
def _key(key: str) -> bytes:
    row = next(index for index, keys in enumerate(KEYS) if key in keys)
    frequencies = (ROWS[row], COLUMNS[KEYS[row].index(key)])
    return tone(frequencies, KEY_TONE_S) + _silent(KEY_S - KEY_TONE_S)


def _silent(seconds: float) -> bytes:
    return bytes(samples_in(seconds) * WIDTH)


def ringback() -> Sound:
    """Return one ring, to be repeated."""
    return Sound(tone(RINGBACK_HZ, RINGBACK_S), samples_in(RINGBACK_PAUSE_S))


def beep() -> Sound:
    """Return the beep before a recording, or when a participant joins a conference."""
    return Sound(tone(BEEP_HZ, BEEP_S))


def soft(seconds: float, frequencies: Sequence[float] = SOFT_HZ) -> Sound:
    """Return a soft tone that swells and fades: it stands for speech or an unknown file.

    Its samples end after LONGEST_S; silence follows.
    """
    count = samples_in(seconds)
    whole = _swelling(tuple(frequencies))
    kept = min(count, LONGEST_S * RATE)
    samples = whole * (kept // RATE) + whole[: kept % RATE * WIDTH]
    return Sound(samples, count - kept)


LONGEST_S = 1800
"""How much of a file or tone is kept: 29 MB."""


@cache
def _swelling(frequencies: tuple[float, ...]) -> bytes:
    """Return one second of the soft tone."""
    numbers = memoryview(tone(frequencies, 1)).cast("h")
    swell = math.pi * SWELLS_PER_S / RATE
    return packed([round(one * math.sin(swell * index) ** 2) for index, one in enumerate(numbers)])
