"""How long things take to hear."""

import io
import wave

MEDIA_TYPES = frozenset(
    {
        "audio/mpeg", "audio/wav", "audio/wave", "audio/x-wav", "audio/aiff", "audio/x-aifc",
        "audio/x-aiff", "audio/x-gsm", "audio/gsm", "audio/ulaw",
    }
)  # fmt: skip
"""What <Play> takes (twilio.com/docs/voice/twiml/play)."""

CHARACTERS_PER_S = 12.0
SHORTEST_SPEECH_S = 1.0
BYTES_PER_S = {"audio/mpeg": 16_000.0, "audio/gsm": 1_650.0, "audio/x-gsm": 1_650.0}
"""Rough rates for files whose length is not read.

8,000 bytes a second (8 kHz, 8 bits) for all others.
"""


def speech_s(text: str) -> float:
    """Return about how many seconds it takes to say this."""
    return max(SHORTEST_SPEECH_S, len(text) / CHARACTERS_PER_S)


def media_s(content_type: str, content: bytes) -> float:
    """Return the length of an audio file in seconds: exact for WAV, an estimate for the rest."""
    if content_type in ("audio/wav", "audio/wave", "audio/x-wav"):
        try:
            with wave.open(io.BytesIO(content)) as audio:
                return audio.getnframes() / audio.getframerate()
        except (
            wave.Error,
            EOFError,
            ZeroDivisionError,
            RuntimeError,
        ):  # what a broken file may raise
            return 0.0
    return len(content) / BYTES_PER_S.get(content_type, 8_000.0)


def tones_s(digits: str) -> float:
    """Return how long these keys sound.

    W waits half a second, W a second (twilio.com/docs/voice/twiml/play).
    """
    return sum({"w": 0.5, "W": 1.0}.get(digit, 0.2) for digit in digits)
