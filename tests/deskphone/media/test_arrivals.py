"""Packets in order for the ear, and counted for reports."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from deskphone.media.arrivals import FAR, HELD, Arrivals
from deskphone.media.rtp import Packet


def packet(number: int) -> Packet:
    return Packet(0, number & 0xFFFF, 160 * number & 0xFFFFFFFF, 1, number.to_bytes(4, "big"))


def heard(arrivals: Arrivals, *numbers: int) -> list[int | None]:
    """Return the numbers of the packets that come out, None for silence."""
    return [
        None if one is None else int.from_bytes(one.payload, "big")
        for number in numbers
        for one in arrivals.add(packet(number), number / 50)
    ]


@given(st.integers(0, 0xFFFF), st.permutations(range(HELD)))
def test_packets_out_of_order_are_put_in_order(first: int, order: list[int]) -> None:
    arrivals = Arrivals()
    numbers = [first, *(first + 1 + number for number in order), first + HELD + 1]

    assert heard(arrivals, *numbers) == [*range(first, first + HELD + 2)]
    assert arrivals.lost == 0


@given(
    st.integers(0, 0xFFFF),
    st.sets(st.integers(1, 200), max_size=HELD),
)
def test_each_lost_packet_is_silence(first: int, lost: set[int]) -> None:
    arrivals = Arrivals()
    numbers = [first + number for number in range(220) if number not in lost]
    expected = [None if number in lost else first + number for number in range(220)]

    assert heard(arrivals, *numbers) == expected
    assert arrivals.lost == len(lost)


def test_a_packet_later_than_others_wait_for_is_dropped() -> None:
    came = heard(Arrivals(), 1, *range(3, 3 + HELD + 1), 2, 3 + HELD + 1)

    assert came == [1, None, *range(3, 3 + HELD + 2)]


def test_a_long_pause_is_not_filled_afterwards() -> None:
    assert heard(Arrivals(), 1, 2, 2 + FAR + 1, 2 + FAR + 2) == [1, 2, 2 + FAR + 1, 2 + FAR + 2]


@given(st.lists(st.integers(0, 0xFFFF), max_size=60))
def test_what_comes_out_is_never_out_of_order(numbers: list[int]) -> None:
    arrivals = Arrivals()
    came = [one for one in heard(arrivals, *numbers) if one is not None]

    steps = [(after - before) & 0xFFFF for before, after in pairwise(came)]
    assert all(0 < step <= 0x8000 for step in steps)
    assert arrivals.received == len(numbers)


def test_the_fraction_counts_from_the_report_before() -> None:
    arrivals = Arrivals()
    heard(arrivals, 0, 1, 2, 3, 5, 6, 7)
    first = arrivals.report()
    heard(arrivals, *range(8, 16))
    second = arrivals.report()

    assert (first.fraction_lost, first.lost, first.highest & 0xFFFF) == (32, 1, 7)
    assert (second.fraction_lost, second.lost, second.highest & 0xFFFF) == (0, 1, 15)


def test_the_highest_number_counts_rollovers() -> None:
    arrivals = Arrivals()
    heard(arrivals, 0xFFFE, 0xFFFF)
    before = arrivals.report().highest
    heard(arrivals, 0x10000, 0x10001)

    assert arrivals.report().highest - before == 2


def test_jitter_is_the_smoothed_change_of_the_delay() -> None:
    arrivals = Arrivals()
    arrivals.add(packet(1), 1.00)
    arrivals.add(packet(2), 1.02)
    assert arrivals.report().jitter == 0

    arrivals.add(packet(3), 1.06)  # 20 ms late: 160 samples
    assert arrivals.report().jitter == 160 // 16


def test_a_key_press_is_no_jitter() -> None:
    arrivals = Arrivals()
    for number in range(20):
        arrivals.add(Packet(126, number, 0, 1, b""), number / 50)

    assert arrivals.report().jitter == 0
