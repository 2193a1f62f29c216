"""Mixing and mu-law."""

from hypothesis import given
from hypothesis import strategies as st

from deskphone.sound.mixing import from_ulaw, interleaved, is_silent, mix, to_ulaw
from deskphone.sound.tones import packed

NUMBERS = st.lists(st.integers(-32_768, 32_767), max_size=50)
SAMPLES = NUMBERS.map(packed)


@given(st.lists(NUMBERS, max_size=2), st.integers(0, 60))
def test_a_mix_is_the_limited_sum_of_what_is_there(parts: list[list[int]], count: int) -> None:
    padded = [(part + [0] * count)[:count] for part in parts]
    sums = [max(-32_768, min(32_767, sum(column))) for column in zip(*padded, strict=True)]

    assert mix(map(packed, parts), count) == packed(sums if parts else [0] * count)


@given(SAMPLES, SAMPLES)
def test_order_does_not_change_a_mix(one: bytes, other: bytes) -> None:
    assert mix([one, other], 50) == mix([other, one], 50)


@given(SAMPLES)
def test_silence_changes_nothing(samples: bytes) -> None:
    count = len(samples) // 2

    assert mix([samples, b"", bytes(len(samples))], count) == samples


@given(NUMBERS)
def test_mulaw_keeps_each_sample_within_its_step(numbers: list[int]) -> None:
    back = memoryview(from_ulaw(to_ulaw(packed(numbers)))).cast("h")

    assert all(
        abs(after - before) <= max(abs(before) / 16, 8) + 644
        for before, after in zip(numbers, back, strict=True)
    )


@given(NUMBERS)
def test_interleaved_channels_alternate(numbers: list[int]) -> None:
    frames = memoryview(interleaved(packed(numbers), packed(numbers[::-1]))).cast("h")

    assert (list(frames[::2]), list(frames[1::2])) == (numbers, numbers[::-1])


@given(NUMBERS)
def test_only_zeros_are_silent(numbers: list[int]) -> None:
    assert is_silent(packed(numbers)) is not any(numbers)
