"""Audio files as sound: WAV and MP3 by miniaudio, raw mu-law, and a soft tone for the rest."""

import io
import wave

from deskphone.sound.mixing import from_ulaw
from deskphone.sound.sound import RATE, WIDTH, Sound, samples_in
from deskphone.sound.tones import LONGEST_S, soft

WAV_TYPES = frozenset({"audio/wav", "audio/wave", "audio/x-wav"})
MP3_TYPE, ULAW_TYPE = "audio/mpeg", "audio/ulaw"
MEDIA_TYPES = WAV_TYPES | {
    MP3_TYPE, ULAW_TYPE, "audio/aiff", "audio/x-aifc", "audio/x-aiff", "audio/x-gsm", "audio/gsm",
}  # fmt: skip
"""The audio types that <Play> accepts (twilio.com/docs/voice/twiml/play)."""
BYTES_PER_S = {MP3_TYPE: 16_000.0, "audio/gsm": 1_650.0, "audio/x-gsm": 1_650.0}
"""Rough bytes per second of files that can't be decoded.

All others: 8,000 bytes per second (8 kHz, 8 bits).
"""
LONGEST_DECODED_S = 86_400
"""How much of a file is decoded at most: no call is longer. A small file may claim years."""
FRAMES = 8192
"""How many samples to decode at a time."""


def decoded(content_type: str, content: bytes) -> Sound | None:
    """Return the sound of a file; None for a file, or a type, that can't be decoded."""
    if content_type == ULAW_TYPE:
        kept = LONGEST_S * RATE
        return Sound(from_ulaw(content[:kept]), max(len(content) - kept, 0))
    if content_type in WAV_TYPES:
        seconds = _wav_s(content)
        if seconds is None:
            return _decoded(content)
        sound = _decoded(content, LONGEST_S)  # the length is known without the rest
        return sound and sound.lasting(min(seconds, LONGEST_DECODED_S))
    return _decoded(content) if content_type == MP3_TYPE else None


def stand_in(content_type: str, content: bytes) -> Sound:
    """Return a soft tone for a file that can't be decoded, of its length as far as it is known.

    A broken WAV file has the length 0.
    """
    if content_type in WAV_TYPES:
        return soft(_wav_s(content) or 0)
    return soft(len(content) / BYTES_PER_S.get(content_type, 8_000.0))


def _wav_s(content: bytes) -> float | None:
    """Return the duration of a WAV file, or None.

    The length in its header counts as far as the file reaches: a file that is made while it is sent
    has no better one than the highest possible.
    """
    try:
        with wave.open(io.BytesIO(content)) as audio:
            there = len(content) // (audio.getnchannels() * audio.getsampwidth())
            return min(audio.getnframes(), there) / audio.getframerate()
    except (wave.Error, EOFError, ZeroDivisionError, RuntimeError):  # raised for broken files
        return None


def _decoded(content: bytes, most_s: int = LONGEST_DECODED_S) -> Sound | None:
    """Decode by the file's own header, whatever its type is called; None if it can't be."""
    import miniaudio

    kept, rest, limit = bytearray(), 0, samples_in(LONGEST_S) * WIDTH
    try:
        for frames in miniaudio.stream_memory(
            content,
            output_format=miniaudio.SampleFormat.SIGNED16,
            nchannels=1,
            sample_rate=RATE,
            frames_to_read=FRAMES,
        ):
            if len(kept) < limit:
                kept += frames.tobytes()
            else:
                rest += len(frames)
            if len(kept) // WIDTH + rest >= most_s * RATE:
                break
    except miniaudio.MiniaudioError:
        return None
    return Sound(bytes(kept), rest) if kept else None
