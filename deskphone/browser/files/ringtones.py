"""The sounds that the SDK plays on the page: short, synthesized WAV files."""

import io
import math
import wave
from array import array
from collections.abc import Sequence
from functools import cache

RATE = 8000
LOUDNESS = 6000
KEY_ROWS, KEY_COLUMNS = (697, 770, 852, 941), (1209, 1336, 1477)
KEYS = ("123", "456", "789", "*0#")
NAMES = {"star": "*", "hash": "#", "s": "*", "h": "#"}
RINGING = ((440, 480, 1.0), (0, 0, 0.5))
SOUNDS = {
    "incoming": RINGING * 2,
    "outgoing": ((480, 620, 0.2),),
    "disconnect": ((480, 620, 0.2), (0, 0, 0.1), (350, 440, 0.2)),
    "cowbell": ((560, 845, 0.3), (0, 0, 0.2)) * 20,
}
"""Pairs of frequencies in Hz, and for how many seconds they sound."""


@cache
def sound(name: str) -> bytes | None:
    """Return one of the SDK's sounds, such as incoming or dtmf-1, as WAV; None if unknown."""
    key = name.removeprefix("dtmf").removeprefix("-")
    parts = SOUNDS.get(name) or (_key(NAMES.get(key, key)) if key != name else ())
    return _wav(parts) if parts else None


def _key(key: str) -> Sequence[tuple[float, float, float]]:
    for row, keys in zip(KEY_ROWS, KEYS, strict=True):
        if key and key in keys:
            return ((row, KEY_COLUMNS[keys.index(key)], 0.12),)
    return ()


def _wav(parts: Sequence[tuple[float, float, float]]) -> bytes:
    samples = array("h")
    for low, high, seconds in parts:
        for index in range(round(seconds * RATE)):
            turn = 2 * math.pi * index / RATE
            samples.append(round(LOUDNESS / 2 * (math.sin(low * turn) + math.sin(high * turn))))
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(samples.itemsize)
        writer.setframerate(RATE)
        writer.writeframes(samples.tobytes())
    return file.getvalue()
