"""Keys as telephone events, whose packets may be lost, late or repeated."""

import struct

from hypothesis import given
from hypothesis import strategies as st

from deskphone.media.digits import DIGITS, LONGEST, Digits

Sent = tuple[int, bytes]


def press(start: int, code: int, packets: int) -> list[Sent]:
    """Return one key's packets: some while it's down, and three ends (RFC 4733, 2.5.1.4)."""
    down = [(start, struct.pack("!BBH", code, 10, 160 * number)) for number in range(packets)]
    return [*down, *[(start, struct.pack("!BBH", code, 0x80 | 10, 160 * packets))] * 3]


def read(sent: list[Sent]) -> str:
    digits = Digits()
    return "".join(filter(None, (digits.read(*one) for one in sent)))


@given(
    st.lists(st.tuples(st.integers(0, 15), st.integers(1, 8)), max_size=10),
    st.integers(0, 0xFFFFFFFF),
    st.data(),
)
def test_each_key_counts_once_though_packets_are_lost_and_repeated(
    keys: list[tuple[int, int]], start: int, data: st.DataObject
) -> None:
    sent: list[Sent] = []
    for code, packets in keys:
        whole = press(start, code, packets)
        kept = data.draw(st.lists(st.sampled_from(whole), min_size=1, max_size=12))
        sent += kept
        start = start + 160 * packets + 800 & 0xFFFFFFFF

    assert read(sent) == "".join(DIGITS[code] for code, _ in keys)


def test_a_late_packet_of_a_key_before_counts_no_more() -> None:
    first, second = press(1000, 1, 3), press(3000, 2, 3)

    assert read([*first, *second, first[-1], first[0]]) == "12"


def test_the_same_key_counts_again() -> None:
    assert read([*press(1000, 5, 3), *press(3000, 5, 3)]) == "55"


def test_a_press_longer_than_a_segment_counts_once() -> None:
    first = [(0, struct.pack("!BBH", 4, 10, LONGEST))]
    second = press(LONGEST, 4, 2)

    assert read([*first, *second]) == "4"


def test_a_key_right_after_a_long_press_of_it_counts() -> None:
    assert read([(0, struct.pack("!BBH", 4, 0x80, LONGEST)), *press(LONGEST, 4, 2)]) == "44"


@given(st.integers(16, 255))
def test_other_events_are_no_keys(code: int) -> None:
    assert read(press(0, code, 2)) == ""


@given(st.binary(max_size=3))
def test_a_cut_event_is_no_key(payload: bytes) -> None:
    assert read([(0, payload)]) == ""
