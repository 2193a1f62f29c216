"""The sounds that the SDK plays on the page: short, synthesized WAV files."""

from functools import cache

from deskphone.sound.tones import keys, tone
from deskphone.sound.wav import wav

KEYS = {**{f"dtmf-{digit}": digit for digit in "0123456789"}, "dtmf-star": "*", "dtmf-hash": "#"}
RINGING = ((440, 480, 1.0), (0, 0, 0.5))
SOUNDS = {
    "incoming": RINGING * 2,
    "outgoing": ((480, 620, 0.2),),
    "disconnect": ((480, 620, 0.2), (0, 0, 0.1), (350, 440, 0.2)),
    "cowbell": ((560, 845, 0.3), (0, 0, 0.2)) * 20,
}
"""Pairs of frequencies in Hz, and for how many seconds they sound."""


@cache
def ringtone(name: str) -> bytes | None:
    """Return one of the SDK's sounds, such as incoming or dtmf-1, as WAV; None if unknown."""
    if name in KEYS:
        return wav(keys(KEYS[name]).samples)
    parts = SOUNDS.get(name, ())
    return wav(b"".join(tone((low, high), s) for low, high, s in parts)) if parts else None
