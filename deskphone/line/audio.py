"""The duration of speech, audio files and tones."""

import io
import wave

MEDIA_TYPES = frozenset(
    {
        "audio/mpeg", "audio/wav", "audio/wave", "audio/x-wav", "audio/aiff", "audio/x-aifc",
        "audio/x-aiff", "audio/x-gsm", "audio/gsm", "audio/ulaw",
    }
)  # fmt: skip
"""The audio types that <Play> accepts (twilio.com/docs/voice/twiml/play)."""

CHARACTERS_PER_S = 12.0
SHORTEST_SPEECH_S = 1.0
BYTES_PER_S = {"audio/mpeg": 16_000.0, "audio/gsm": 1_650.0, "audio/x-gsm": 1_650.0}
"""Rough bytes per second of files whose duration isn't parsed.

All others: 8,000 bytes per second (8 kHz, 8 bits).
"""


def speech_s(text: str) -> float:
    """Return roughly how many seconds it takes to say this."""
    return max(SHORTEST_SPEECH_S, len(text) / CHARACTERS_PER_S)


def media_s(content_type: str, content: bytes) -> float:
    """Return the duration of an audio file in seconds: exact for WAV, estimated for the rest."""
    if content_type in ("audio/wav", "audio/wave", "audio/x-wav"):
        try:
            with wave.open(io.BytesIO(content)) as audio:
                return audio.getnframes() / audio.getframerate()
        except (
            wave.Error,
            EOFError,
            ZeroDivisionError,
            RuntimeError,
        ):  # raised for broken files
            return 0.0
    return len(content) / BYTES_PER_S.get(content_type, 8_000.0)


def tones_s(digits: str) -> float:
    """Return the duration of these tones.

    w pauses for half a second, W for a second (twilio.com/docs/voice/twiml/play).
    """
    return sum({"w": 0.5, "W": 1.0}.get(digit, 0.2) for digit in digits)
