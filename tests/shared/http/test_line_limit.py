"""Which of many similar events get a log line."""

from itertools import pairwise

from shared.http.line_limit import INTERVAL_S, MAX_IN_FULL, LineLimit
from tests.shared.conftest import ManualClock


def test_the_first_ten_get_a_line_then_each_power_of_ten(clock: ManualClock) -> None:
    limit = LineLimit(clock)

    counts = [limit.count("TwimlReply", "ForgedRequestError") for _ in range(20_000)]

    assert [count for count in counts if count] == [*range(1, 11), 100, 1_000, 10_000]


def test_each_kind_has_its_own_lines(clock: ManualClock) -> None:
    limit = LineLimit(clock)
    for _ in range(50):
        limit.count("TwimlReply", "ForgedRequestError")

    assert limit.count("TwimlMenu", "ForgedRequestError") == 1
    assert limit.count("TwimlReply", "UrlTooLongError") == 1


def test_counting_restarts_after_fifteen_minutes(clock: ManualClock) -> None:
    limit = LineLimit(clock)
    for _ in range(50):
        limit.count("TwimlReply")

    clock.advance(INTERVAL_S - 1)
    assert limit.count("TwimlReply") == 0

    clock.advance(1)
    assert limit.count("TwimlReply") == 1


def test_a_long_flood_has_a_line_in_every_interval(clock: ManualClock) -> None:
    limit = LineLimit(clock)
    written_at: list[float] = []
    for _ in range(400):
        clock.advance(INTERVAL_S / 100)
        if limit.count("TwimlReply"):
            written_at.append(clock.monotonic())

    assert len(written_at) > 4 * MAX_IN_FULL
    assert max(later - earlier for earlier, later in pairwise(written_at)) <= INTERVAL_S
