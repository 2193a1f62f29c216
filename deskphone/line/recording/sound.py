"""The audio files of recordings.

A soft hum of the recording's exact length stands in for sound that was dropped to save memory. It
swells and fades, so that you can hear that it isn't the recording.
"""

from deskphone.sound.mixing import interleaved
from deskphone.sound.sound import RATE, WIDTH
from deskphone.sound.tones import OTHER_SOFT_HZ, soft

LIMIT_BYTES = 64 * 1024 * 1024
MP3_KBIT = 32


class TooLongError(Exception):
    """The audio would be larger than LIMIT_BYTES; the message says the limit in minutes."""


def check(seconds: int, channels: int) -> None:
    """Raise TooLongError if the audio would be larger than LIMIT_BYTES."""
    second = RATE * WIDTH * channels
    if seconds * second > LIMIT_BYTES:
        minutes = LIMIT_BYTES // second // 60
        raise TooLongError(f"The audio of a recording longer than {minutes} minutes")


def hum(seconds: int, channels: int) -> bytes:
    """Return the frames of the hum."""
    second = soft(1).samples
    return (second if channels == 1 else interleaved(second, soft(1, OTHER_SOFT_HZ).samples)) * (
        seconds
    )


def mp3(frames: bytes, channels: int) -> bytes:
    """Return an MP3 file with these frames."""
    import lameenc  # optional, and slow to import

    encoder = lameenc.Encoder()
    encoder.set_bit_rate(MP3_KBIT)
    encoder.set_in_sample_rate(RATE)
    encoder.set_channels(channels)
    encoder.set_quality(7)
    encoder.silence()
    return bytes(encoder.encode(frames) + encoder.flush())
