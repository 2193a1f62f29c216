"""The tones of the phone network."""

import tracemalloc
from itertools import pairwise

import pytest

from deskphone.sound import tones
from deskphone.sound.music import hold_music
from deskphone.sound.sound import RATE
from tests.deskphone.sound.spectrum import level

KEYS = [
    (key, row, column) for row, keys in enumerate(tones.KEYS) for column, key in enumerate(keys)
]


@pytest.mark.parametrize(("key", "row", "column"), KEYS)
def test_a_key_sounds_in_its_two_frequencies_only(key: str, row: int, column: int) -> None:
    samples = tones.keys(key).samples
    loud = {one for one in (*tones.ROWS, *tones.COLUMNS) if level(samples, one) > 1000}

    assert loud == {tones.ROWS[row], tones.COLUMNS[column]}


def test_keys_and_pauses_have_their_lengths() -> None:
    assert tones.keys("1#wW").seconds == pytest.approx(0.2 + 0.2 + 0.5 + 1)


def test_ringing_tone_is_heard_for_two_of_six_seconds() -> None:
    ring = tones.ringback()

    assert (ring.seconds, len(ring.samples) / 2 / RATE) == (6, 2)
    assert min(level(ring.samples, one) for one in tones.RINGBACK_HZ) > 2000


def test_soft_tone_is_audible_and_not_loud() -> None:
    loudest = max(memoryview(tones.soft(1).samples).cast("h"))

    assert 3_000 < loudest < 10_000


def test_soft_tone_of_a_day_takes_little_memory() -> None:
    sound = tones.soft(86_400)

    assert sound.seconds == 86_400
    assert len(sound.samples) == tones.LONGEST_S * RATE * 2


def test_hold_music_repeats_without_a_click() -> None:
    numbers = memoryview(hold_music().samples).cast("h")
    steps = [abs(after - before) for before, after in pairwise(numbers)]

    assert 3_000 < max(numbers) < 16_000
    assert abs(numbers[0] - numbers[-1]) <= max(steps)


def test_sequences_of_keys_take_no_memory_afterwards() -> None:
    tones.keys("0123456789")
    tracemalloc.start()
    for number in range(100):
        tones.keys(f"{number:099}")
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert kept < len(tones.keys("1" * 99).samples)
