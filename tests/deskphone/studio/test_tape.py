"""Tapes of recordings, and their archive."""

from hypothesis import given
from hypothesis import strategies as st

from deskphone.line.studio.archive import STEP as KEPT_AT_ONCE
from deskphone.line.studio.archive import Archive
from deskphone.line.studio.tape import Tape
from deskphone.sound.mixing import from_ulaw, to_ulaw
from deskphone.sound.tones import packed

STEP = 8031
"""A level that mu-law keeps as it is."""


def level(position: int) -> int:
    """Return the sample at a position: silence, and two levels in turn."""
    return (0, STEP, -STEP)[position // 7 % 3]


def samples(start: int, count: int) -> bytes:
    return from_ulaw(to_ulaw(packed([level(one) for one in range(start, start + count)])))


def tape(start: int = 0) -> Tape:
    return Tape(start, lambda begin, count: (samples(begin, count),), lambda begin, end: False)


@given(st.integers(0, 50), st.lists(st.integers(0, 40), max_size=9), st.integers(0, 50))
def test_a_tape_holds_the_sound_however_often_it_advances(
    start: int, steps: list[int], first: int
) -> None:
    kept, end = tape(start), start
    for step in steps:
        end += step
        kept.advance(end)
    kept.first = first
    count = end - start + 10
    there = samples(start + first, max(end - start - first, 0))

    assert kept.frames(count, 1) == there.ljust(2 * count, b"\0")


@given(st.tuples(*[st.integers(0, 30)] * 3), st.sampled_from([True, False]))
def test_a_pause_is_skipped_or_silent(lengths: tuple[int, int, int], skip: object) -> None:
    before, pause, after = lengths
    kept, end = tape(), sum(lengths)
    kept.advance(before)
    kept.pause(skip=bool(skip))
    kept.advance(before + pause)
    kept.resume()
    kept.advance(end)
    gap = b"" if skip else bytes(2 * pause)
    whole = samples(0, before) + gap + samples(before + pause, after)

    assert kept.frames(len(whole) // 2, 1) == whole


def test_two_channels_are_kept_apart_or_mixed() -> None:
    kept = Tape(0, lambda _, count: (packed([STEP] * count), b""), lambda begin, end: False)
    kept.advance(3)
    one = memoryview(from_ulaw(to_ulaw(packed([STEP])))).cast("h")[0]

    assert kept.frames(3, 2) == packed([one, 0] * 3)
    assert kept.frames(3, 1) == packed([one] * 3)


def test_a_day_of_silence_takes_no_memory() -> None:
    kept = Tape(0, lambda _, count: (bytes(2 * count),), lambda begin, end: True)
    kept.advance(86_400 * 8000)

    assert (kept.size, kept.frames(5, 1)) == (0, bytes(10))


def test_the_newest_recordings_are_kept_within_the_limit() -> None:
    drops: list[None] = []
    archive = Archive(lambda: drops.append(None), limit_bytes=100)
    for number in range(6):
        archive.start(f"RE{number}", tape(start=40 * number))
        archive.stop(f"RE{number}", 40 * number + 40)

    assert [number for number in range(6) if archive.kept(f"RE{number}")] == [4, 5]
    assert len(drops) == 1


def test_a_recording_that_alone_exceeds_the_limit_is_dropped() -> None:
    archive = Archive(lambda: None, limit_bytes=100)
    archive.start("RE1", tape())
    archive.advance(1000)
    archive.stop("RE1", 2000)

    assert archive.kept("RE1") is None


def test_hours_at_once_stay_near_the_limit() -> None:
    sizes: list[int] = []

    def read(start: int, count: int) -> tuple[bytes, ...]:
        sizes.append(sum(one.size for one in tapes))
        return (packed([STEP]) * count,)

    def noise() -> Tape:
        return Tape(0, read, lambda begin, end: False)

    tapes = [noise(), noise()]
    archive = Archive(lambda: None, limit_bytes=KEPT_AT_ONCE)
    for number, one in enumerate(tapes):
        archive.start(f"RE{number}", one)
    archive.advance(9 * KEPT_AT_ONCE)

    assert max(sizes) <= 4 * KEPT_AT_ONCE
    assert not archive.is_running
