"""SRTP: the vectors of RFC 3711, and packets that are lost, late, repeated or changed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskphone.media import rtcp, rtp, srtp

MASTER_KEY = bytes.fromhex("E1F97A0D3E018BE0D64FA32C06DE4139")
MASTER_SALT = bytes.fromhex("0EC675AD498AFEEBB6960B3AABE6")
SOURCE = 0xCAFEBABE
PAYLOAD = bytes(range(160))


def pair() -> tuple[srtp.Protector, srtp.Unprotector]:
    """Return both ends of one direction."""
    return srtp.Protector(MASTER_KEY, MASTER_SALT), srtp.Unprotector(MASTER_KEY, MASTER_SALT)


def packet(sequence: int) -> bytes:
    return rtp.write(sequence, 160 * sequence, SOURCE, PAYLOAD)


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        (srtp.KEY, "C61E7A93744F39EE10734AFE3FF7A087"),
        (srtp.SALT, "30CBBC08863D8C85D49DB34A9AE1"),
        (
            srtp.AUTHENTICATION,
            "CEBE321F6FF7716B6FD4AB49AF256A156D38BAA48F0A0ACF3C34E2359E6CDBCE"
            "E049646C43D9327AD175578EF72270986371C10C9A369AC2F94A8C5FBCDDDC25"
            "6D6E919A48B610EF17C2041E474035766B68642C59BBFC2F34DB60DBDFB2",
        ),
    ],
)
def test_derives_the_keys_of_appendix_b3(label: int, expected: str) -> None:
    key = bytes.fromhex(expected)

    assert srtp.derive(MASTER_KEY, MASTER_SALT, label, len(key)) == key


def test_encrypts_with_the_keystream_of_appendix_b2() -> None:
    key = bytes.fromhex("2B7E151628AED2A6ABF7158809CF4F3C")
    salt = bytes.fromhex("F0F1F2F3F4F5F6F7F8F9FAFBFCFD")
    stream = srtp.Transform(key, bytes(20), salt).crypt(0, 0, bytes(48))

    assert stream == bytes.fromhex(
        "E03EAD0935C95E80E166B16DD92B4EB4D23513162B02D0F72A43A2FE4A5F97AB"
        "41E95B3BB0A2E8DD477901E4FCA894C0"
    )


@given(st.binary(max_size=500))
def test_a_payload_of_any_length_comes_through(payload: bytes) -> None:
    protector, unprotector = pair()
    sent = rtp.write(7, 1, SOURCE, payload)

    assert unprotector.rtp(protector.rtp(sent)) == sent


@given(
    first=st.integers(0, 0x7FFF),
    order=st.lists(st.integers(0, 59), max_size=120),
)
def test_each_packet_counts_once_in_any_order(first: int, order: list[int]) -> None:
    """Any packets of a window, lost, late and repeated."""
    protector, unprotector = pair()
    clear = [packet(first + number) for number in range(60)]
    sent = [protector.rtp(one) for one in clear]
    # The first packet sets the rollover counter (RFC 3711, section 3.3.1).
    assert unprotector.rtp(sent[0]) == clear[0]
    came = {0}
    for number in order:
        assert unprotector.rtp(sent[number]) == (None if number in came else clear[number])
        came.add(number)


@given(st.lists(st.integers(1, 30_000), min_size=3, max_size=30), st.integers(0, 0x7FFF))
def test_counts_rollovers_though_packets_are_lost(steps: list[int], first: int) -> None:
    protector, unprotector = pair()
    sequence = first
    for step in [0, *steps]:
        sequence += step
        assert unprotector.rtp(protector.rtp(packet(sequence))) == packet(sequence)


def test_a_late_packet_from_before_a_rollover_comes_through() -> None:
    protector, unprotector = pair()
    before, late, after = [protector.rtp(packet(number)) for number in (0xFFFE, 0xFFFF, 0x10000)]

    assert unprotector.rtp(before)
    assert unprotector.rtp(after)
    assert unprotector.rtp(late) == packet(0xFFFF)
    assert unprotector.rtp(late) is None


def test_a_packet_older_than_the_window_is_dropped() -> None:
    protector, unprotector = pair()
    sent = [protector.rtp(packet(number)) for number in range(66)]
    unprotector.rtp(sent[0])
    unprotector.rtp(sent[65])

    assert unprotector.rtp(sent[1]) is None  # 64 behind
    assert unprotector.rtp(sent[2]) == packet(2)


@given(st.integers(0, 8 * (12 + 160 + 10) - 1))
def test_a_changed_packet_is_dropped_and_changes_nothing(bit: int) -> None:
    protector, unprotector = pair()
    sent = protector.rtp(packet(5))
    changed = bytearray(sent)
    changed[bit // 8] ^= 1 << bit % 8

    assert unprotector.rtp(bytes(changed)) is None
    assert unprotector.rtp(sent) == packet(5)


@given(st.binary(max_size=80))
def test_garbage_is_dropped(garbage: bytes) -> None:
    _, unprotector = pair()

    assert unprotector.rtp(garbage) is None
    assert unprotector.rtp(b"\x90" + garbage) is None
    assert unprotector.rtcp(garbage) is None


def test_a_report_counts_once() -> None:
    protector, unprotector = pair()
    clear = rtcp.sender_report(SOURCE, 1, 2, 3, 4, None) + rtcp.description(SOURCE, "me")
    sent = protector.rtcp(clear)

    assert clear[8:] not in sent
    assert unprotector.rtcp(sent) == clear
    assert unprotector.rtcp(sent) is None


@given(st.integers(0, 8 * 48 - 1))
def test_a_changed_report_is_dropped(bit: int) -> None:
    protector, unprotector = pair()
    sent = protector.rtcp(rtcp.sender_report(SOURCE, 1, 2, 3, 4, None) + rtcp.goodbye(SOURCE))
    changed = bytearray(sent)
    changed[bit // 8 % len(sent)] ^= 1 << bit % 8

    assert unprotector.rtcp(bytes(changed)) is None
    assert unprotector.rtcp(sent) is not None


def test_a_packet_longer_than_a_network_carries_is_dropped() -> None:
    protector, unprotector = pair()
    long = bytes(srtp.LONGEST)

    assert unprotector.rtp(protector.rtp(rtp.write(1, 1, SOURCE, long))) is None
    assert unprotector.rtcp(protector.rtcp(rtcp.goodbye(SOURCE) + long)) is None


def test_only_so_many_senders_are_told_apart() -> None:
    protector, unprotector = pair()
    came = [
        unprotector.rtp(protector.rtp(rtp.write(1, 1, source, PAYLOAD)))
        for source in range(srtp.MOST_SOURCES + 1)
    ]

    assert came[-2] is not None
    assert came[-1] is None
