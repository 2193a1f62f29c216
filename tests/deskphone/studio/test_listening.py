"""Listening in real time: the clock decides what is read."""

from hypothesis import given
from hypothesis import strategies as st

from deskphone.line.studio.listening import BEHIND, DELAY, EARLY, Listening
from deskphone.sound.tones import packed

FRAME = 160


class Line:
    """A clock, and a sound whose samples count up."""

    def __init__(self) -> None:
        self.now = 10_000

    def heard(self, start: int, count: int) -> bytes:
        return packed([one % 30_000 for one in range(start, start + count)])

    def listen(self) -> Listening:
        return Listening(lambda: self.now, self.heard)


@given(st.lists(st.integers(-EARLY // 2, EARLY // 2), max_size=40))
def test_a_reader_with_jitter_hears_everything_once(jitter: list[int]) -> None:
    line = Line()
    listening, found = line.listen(), b""
    for index, late in enumerate(jitter):
        line.now = 10_000 + index * FRAME + late
        found += listening.read(FRAME)

    assert found == line.heard(10_000 - DELAY, len(jitter) * FRAME)


def test_a_reader_that_was_held_up_skips_what_it_missed() -> None:
    line = Line()
    listening = line.listen()
    line.now += BEHIND + 1

    assert listening.read(FRAME) == line.heard(line.now - DELAY, FRAME)


def test_a_clock_that_stands_still_is_silent() -> None:
    listening = Line().listen()
    frames = [listening.read(FRAME) for _ in range(50)]

    assert not any(any(frame) for frame in frames[10:])


def test_a_clock_that_is_set_back_is_followed() -> None:
    line = Line()
    line.now = 10_000_000
    listening = line.listen()
    line.now = 20_000

    assert listening.read(FRAME) == line.heard(line.now - DELAY, FRAME)


def test_a_closed_listener_hears_nothing() -> None:
    listening = Line().listen()
    listening.close()

    assert listening.read(FRAME) == bytes(2 * FRAME)
