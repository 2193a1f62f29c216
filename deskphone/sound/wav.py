"""WAV files."""

import io
import wave

from deskphone.sound.sound import RATE, WIDTH


def wav(frames: bytes, channels: int = 1) -> bytes:
    """Return a file with these samples; those of several channels are interleaved."""
    file = io.BytesIO()
    with wave.open(file, "wb") as audio:
        audio.setnchannels(channels)
        audio.setsampwidth(WIDTH)
        audio.setframerate(RATE)
        audio.writeframes(frames)
    return file.getvalue()
