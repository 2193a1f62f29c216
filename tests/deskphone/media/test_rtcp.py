"""RTCP packets, byte for byte and from anywhere."""

from hypothesis import given
from hypothesis import strategies as st

from deskphone.media import rtcp

BLOCK = rtcp.Block(
    source=0x01020304, fraction_lost=25, lost=-1, highest=0x10005, jitter=7, last_report=9, delay=11
)


def test_writes_a_sender_report() -> None:
    written = rtcp.sender_report(0xAABBCCDD, 0x0102030405060708, 0x11, 0x22, 0x33, None)

    assert (
        written.hex() == "80c80006" + "aabbccdd" + "0102030405060708" + "000000110000002200000033"
    )


def test_a_report_says_what_was_received() -> None:
    block = rtcp.Block(5, 25, 300, 0x10005, 7, 9, 11)
    written = rtcp.sender_report(1, 0x0102030405060708, 2, 3, 4, block)

    assert rtcp.read(written) == ([rtcp.Report(1, 0x03040506, (block,))], set())


def test_reads_a_receiver_report_with_a_negative_loss() -> None:
    written = bytes.fromhex(
        "81c90007 00000001 01020304 19ffffff 00010005 00000007 00000009 0000000b"
    )

    assert rtcp.read(written) == ([rtcp.Report(1, None, (BLOCK,))], set())


@given(st.integers(0, 20))
def test_a_description_fills_whole_words(length: int) -> None:
    written = rtcp.description(1, "a" * length)

    assert len(written) == 4 * (int.from_bytes(written[2:4], "big") + 1)
    assert written[-1] == 0
    assert rtcp.read(written + rtcp.goodbye(7)) == ([], {7})


@given(st.binary(max_size=120))
def test_reads_anything(garbage: bytes) -> None:
    compound = rtcp.sender_report(1, 2, 3, 4, 5, None) + garbage
    reports, _ = rtcp.read(compound)

    assert reports[0].source == 1
    rtcp.read(garbage)


@given(st.integers(1, 100))
def test_a_cut_report_is_left_out(kept: int) -> None:
    whole = rtcp.sender_report(1, 2, 3, 4, 5, rtcp.Block(5, 25, 300, 0x10005, 7, 9, 11))

    assert rtcp.read(whole[: min(kept, len(whole) - 1)]) == ([], set())


def test_the_middle_of_a_time_counts_65536ths() -> None:
    ntp = rtcp.ntp_time(0.5)

    assert rtcp.middle(ntp) == (rtcp.NTP_EPOCH & 0xFFFF) << 16 | 0x8000
