"""The audio of recordings: files with the exact length, within a memory limit."""

import io
import sys
import wave
from datetime import UTC, datetime

import pytest

from deskphone.account.store import Store
from deskphone.clock import ManualClock
from deskphone.line.recording import sound
from deskphone.line.studio.studio import Studio
from deskphone.records.recording import ON_DEMAND, Recording
from deskphone.rest.errors import NotEmulatedError
from deskphone.rest.parameters import Parameters
from deskphone.rest.resources.recordings import RecordingsResource
from deskphone.sound.wav import wav

NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.mark.parametrize(("seconds", "channels"), [(1, 1), (61, 1), (7, 2)])
def test_wav_file_has_the_exact_length(seconds: int, channels: int) -> None:
    with wave.open(io.BytesIO(wav(sound.hum(seconds, channels), channels))) as audio:
        assert audio.getnframes() / audio.getframerate() == seconds
        assert (audio.getnchannels(), audio.getsampwidth()) == (channels, 2)


def test_sound_is_audible_and_not_loud() -> None:
    with wave.open(io.BytesIO(wav(sound.hum(1, 1), 1))) as audio:
        samples = memoryview(audio.readframes(sound.RATE)).cast("h")

    assert 3_000 < max(samples) < 10_000
    assert (samples[0], abs(samples[-1]) < 100) == (0, True)


@pytest.mark.parametrize("channels", [1, 2])
def test_mp3_file_has_its_length(channels: int) -> None:
    begins_with_frame, bytes_per_s = b"\xff\xe3", sound.MP3_KBIT * 1000 / 8

    content = sound.mp3(sound.hum(20, channels), channels)

    assert content.startswith(begins_with_frame)
    assert 20 <= len(content) / bytes_per_s < 20.5


def test_oversized_file_is_refused_by_name() -> None:
    with pytest.raises(sound.TooLongError, match="longer than 69 minutes"):
        sound.check(70 * 60, 1)


def test_mp3_without_its_package_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "lameenc", None)
    clock = ManualClock(NOW)
    store = Store(clock)
    store.recordings.put(
        Recording("RE1", "CA1", "+12025550123", ON_DEMAND, NOW, NOW, "completed", duration_s=1)
    )
    recordings = RecordingsResource(store, clock, Studio(store, clock))

    assert recordings.content("RE1.wav", Parameters(())).content_type == "audio/x-wav"
    with pytest.raises(NotEmulatedError, match=r"deskphone\[mp3\]"):
        recordings.content("RE1.mp3", Parameters(()))
