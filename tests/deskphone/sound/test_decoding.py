"""Audio files as sound."""

import io
import wave
from math import pi, sin

import lameenc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskphone.sound.decoding import LONGEST_DECODED_S, MEDIA_TYPES, decoded, stand_in
from deskphone.sound.mixing import interleaved, to_ulaw
from deskphone.sound.sound import RATE
from deskphone.sound.tones import LONGEST_S, packed, tone
from tests.deskphone.sound.spectrum import level


def wav(samples: bytes, rate: int = RATE, channels: int = 1) -> bytes:
    """Return a WAV file."""
    file = io.BytesIO()
    with wave.open(file, "wb") as audio:
        audio.setnchannels(channels)
        audio.setsampwidth(2)
        audio.setframerate(rate)
        audio.writeframes(samples)
    return file.getvalue()


def mp3(samples: bytes, rate: int) -> bytes:
    """Return an MP3 file."""
    encoder = lameenc.Encoder()
    encoder.set_in_sample_rate(rate)
    encoder.set_channels(1)
    encoder.silence()
    return bytes(encoder.encode(samples) + encoder.flush())


def test_wav_file_of_the_phones_format_is_unchanged() -> None:
    sound = decoded("audio/wav", wav(tone((441,), 0.5)))

    assert sound is not None
    assert (sound.samples, sound.seconds) == (tone((441,), 0.5), 0.5)


@pytest.mark.parametrize(("rate", "channels"), [(44_100, 2), (16_000, 1), (11_025, 1)])
def test_wav_file_of_another_rate_keeps_its_length_and_pitch(rate: int, channels: int) -> None:
    one = packed([round(6000 * sin(2 * pi * 441 * index / rate)) for index in range(rate)])
    sound = decoded(
        "audio/x-wav", wav(interleaved(one, one) if channels == 2 else one, rate, channels)
    )

    assert sound is not None
    assert sound.seconds == 1
    assert level(sound.samples, 441) > 3000 > 100 > level(sound.samples, 882)


def test_mp3_file_is_heard() -> None:
    sound = decoded("audio/mpeg", mp3(tone((441,), 3), RATE))

    assert sound is not None
    assert sound.seconds == pytest.approx(3, abs=0.3)
    assert level(sound.samples, 441) > 3000 > 100 > level(sound.samples, 600)


def test_mulaw_has_8000_bytes_per_second() -> None:
    sound = decoded("audio/ulaw", to_ulaw(tone((441,), 1)))

    assert sound is not None
    assert (sound.seconds, level(sound.samples, 441) > 3000) == (1, True)


@given(st.sampled_from(sorted(MEDIA_TYPES)), st.binary(max_size=300))
def test_any_bytes_are_a_sound_or_not(content_type: str, content: bytes) -> None:
    sound = decoded(content_type, content) or stand_in(content_type, content)

    assert sound.seconds >= 0


@given(st.integers(0, 200), st.binary(min_size=1, max_size=20))
def test_a_damaged_wav_file_is_a_sound_or_not(offset: int, damage: bytes) -> None:
    whole = wav(tone((441,), 0.1))
    content = whole[:offset] + damage + whole[offset + len(damage) :]
    sound = decoded("audio/wav", content) or stand_in("audio/wav", content)

    assert sound.seconds >= 0


@pytest.mark.parametrize(
    ("content_type", "size", "seconds"),
    [("audio/aiff", 16_000, 2), ("audio/gsm", 3_300, 2), ("audio/mpeg", 16_000, 1)],
)
def test_a_tone_of_the_estimated_length_stands_in(
    content_type: str, size: int, seconds: int
) -> None:
    content = bytes(size)

    assert decoded(content_type, content) is None
    assert stand_in(content_type, content).seconds == seconds


def test_a_broken_wav_file_has_no_length() -> None:
    assert decoded("audio/wav", b"RIFF") is None
    assert stand_in("audio/wav", b"RIFF").seconds == 0


@pytest.mark.parametrize("seconds", [1, LONGEST_S + 600, LONGEST_DECODED_S + 600])
def test_a_small_file_of_many_seconds_takes_limited_memory(seconds: int) -> None:
    sound = decoded("audio/wav", wav(bytes(2 * seconds), rate=1))

    assert sound is not None
    assert sound.seconds == min(seconds, LONGEST_DECODED_S)
    assert len(sound.samples) <= (LONGEST_S + 2) * RATE * 2


@pytest.mark.parametrize("claimed", [200 * 2**20, 0xFFFFFFFF])
def test_a_file_is_no_longer_than_its_samples(claimed: int) -> None:
    whole = bytearray(wav(tone((441,), 1)))
    whole[40:44] = claimed.to_bytes(4, "little")
    sound = decoded("audio/wav", bytes(whole))

    assert sound is not None
    assert sound.seconds == pytest.approx(1, abs=0.01)
