"""Tracks: sounds over time, cut, repeated, or live."""

from hypothesis import given
from hypothesis import strategies as st

from deskphone.line.studio.track import AHEAD, LATE, LIVE_CLIP, Track
from deskphone.sound.mixing import mix
from deskphone.sound.sound import Sound
from deskphone.sound.tones import packed

FRAME = 160
NUMBERS = st.lists(st.integers(-9, 9), min_size=1, max_size=30).map(packed)


def read(track: Track, start: int, count: int) -> bytes:
    return mix(track.parts(start, count), count)


@given(
    st.lists(st.tuples(st.integers(0, 40), NUMBERS, st.booleans(), st.integers(0, 80)), max_size=4),
    st.lists(st.integers(1, 25), max_size=8),
)
def test_reading_in_pieces_is_reading_at_once(
    clips: list[tuple[int, bytes, bool, int]], pieces: list[int]
) -> None:
    track = Track()
    for start, samples, repeats, cut in clips:
        track.add(start, Sound(samples, 3), repeats=repeats).cut(start + cut)
    position, found = 0, b""
    for count in pieces:
        found += read(track, position, count)
        position += count

    assert found == read(track, 0, position)


@given(NUMBERS, st.integers(0, 5), st.integers(0, 200))
def test_a_repeated_sound_begins_anew_after_its_length(
    samples: bytes, rest: int, offset: int
) -> None:
    track, sound = Track(), Sound(samples, rest)
    track.add(0, sound, repeats=True)
    whole = samples + bytes(2 * rest)

    assert read(track, offset, 1) == whole[offset % sound.count * 2 :][:2]


def test_a_cut_sound_is_silent_from_there_on() -> None:
    track = Track()
    track.add(10, Sound(packed([1] * 20))).cut(15)

    assert read(track, 8, 10) == packed([0] * 2 + [1] * 5 + [0] * 3)


@given(st.lists(st.integers(-LATE + FRAME, LATE - FRAME), min_size=1, max_size=60))
def test_live_frames_join_however_late_they_are(delays: list[int]) -> None:
    track, sent = Track(), list[int]()
    arrivals = sorted(1000 + index * FRAME + delay // 2 for index, delay in enumerate(delays))
    for index, now in enumerate(arrivals):
        frame = [index + 1] * FRAME
        track.append(now, packed(frame))
        sent += frame

    assert read(track, arrivals[0], len(sent)) == packed(sent)


def test_live_sound_after_a_gap_is_heard_when_it_comes() -> None:
    track = Track()
    track.append(0, packed([1] * FRAME))
    track.append(FRAME + LATE + 1, packed([2] * FRAME))

    assert read(track, FRAME, LATE + 2) == packed([0] * (LATE + 1) + [2])


def test_live_sound_of_a_fast_sender_does_not_run_away() -> None:
    track = Track()
    for _ in range(1000):
        track.append(0, packed([1] * FRAME))

    assert track.end <= AHEAD + FRAME


def test_two_long_frames_may_come_together() -> None:
    track, count = Track(), 2 * AHEAD
    track.append(0, packed([1] * count))
    track.append(0, packed([2] * count))

    assert read(track, 0, 2 * count) == packed([1] * count + [2] * count)


def test_live_sound_goes_on_when_the_clock_is_set_back() -> None:
    track = Track()
    track.append(10_000_000, packed([1] * FRAME))
    track.append(1000, packed([2] * FRAME))

    assert read(track, 1000, FRAME) == packed([2] * FRAME)


def test_minutes_of_live_sound_take_little_memory_if_the_past_is_dropped() -> None:
    track, largest = Track(), 0
    frame = packed([1] * FRAME)
    for now in range(0, 300 * 8000, FRAME):
        track.append(now, frame)
        if now % LIVE_CLIP == 0:
            track.drop(now - LIVE_CLIP)
            largest = max(largest, track.size)

    assert 0 < largest < 5 * 2 * LIVE_CLIP


def test_nothing_between_two_sounds_is_quiet() -> None:
    track = Track()
    track.add(0, Sound(packed([1] * 10)))
    track.add(20, Sound(packed([1] * 10)))

    assert track.is_quiet(10, 20)
    assert not track.is_quiet(9, 20)
    assert not track.is_quiet(10, 21)
