"""The audio of a recording: a soft hum of its exact length, because there is no real audio.

It swells and fades once a second, so that you can count its length by ear.
"""

import io
import math
import sys
import wave
from array import array
from functools import cache

RATE = 8000
"""Samples per second, of 16 bits each, as on the phone."""
LIMIT_BYTES = 64 * 1024 * 1024
VOICES = ((220.0, 330.0), (262.0, 392.0))
"""The tones of each channel in Hz: whole numbers, so that each second ends where it began."""
LOUDNESS = 6000
MP3_KBIT = 32


class TooLongError(Exception):
    """The audio would be larger than LIMIT_BYTES; the message says the limit in minutes."""


def wav(seconds: int, channels: int = 1) -> bytes:
    """Return a WAV file; raise TooLongError if it would be larger than LIMIT_BYTES."""
    file = io.BytesIO()
    with wave.open(file, "wb") as audio:
        audio.setnchannels(channels)
        audio.setsampwidth(2)
        audio.setframerate(RATE)
        audio.writeframes(_samples(seconds, channels))
    return file.getvalue()


def mp3(seconds: int, channels: int = 1) -> bytes:
    """Return an MP3 file; raise TooLongError like `wav`."""
    import lameenc  # optional, and slow to import

    encoder = lameenc.Encoder()
    encoder.set_bit_rate(MP3_KBIT)
    encoder.set_in_sample_rate(RATE)
    encoder.set_channels(channels)
    encoder.set_quality(7)
    encoder.silence()
    return bytes(encoder.encode(_samples(seconds, channels)) + encoder.flush())


def _samples(seconds: int, channels: int) -> bytes:
    second = _second(channels)
    if seconds * len(second) > LIMIT_BYTES:
        minutes = LIMIT_BYTES // len(second) // 60
        raise TooLongError(f"The audio of a recording longer than {minutes} minutes")
    return second * seconds


@cache
def _second(channels: int) -> bytes:
    """Return one second of audio: little-endian, with interleaved channels."""
    samples = array("h")
    for index in range(RATE):
        time_s = index / RATE
        swell = math.sin(math.pi * time_s) ** 2
        for tones in VOICES[:channels]:
            height = sum(math.sin(2 * math.pi * tone * time_s) for tone in tones) / len(tones)
            samples.append(round(LOUDNESS * swell * height))
    if sys.byteorder == "big":
        samples.byteswap()
    return samples.tobytes()
