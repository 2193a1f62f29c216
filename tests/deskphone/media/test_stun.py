"""STUN messages, with the vectors of RFC 5769."""

import struct

from hypothesis import given
from hypothesis import strategies as st

from deskphone.media.transport import stun

REQUEST = bytes.fromhex(
    "000100582112a442b7e7a701bc34d686fa87dfae"
    "802200105354554e207465737420636c69656e74"
    "002400046e0001ff80290008932ff9b151263b36"
    "000600096576746a3a68367659202020"
    "000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a280280004e57a3bcf"
)
RESPONSE = bytes.fromhex(
    "0101003c2112a442b7e7a701bc34d686fa87dfae"
    "8022000b7465737420766563746f7220002000080001a147e112a643"
    "000800142b91f599fd9e90c38c7489f92af9ba53f06be7d780280004c07d4c96"
)
TRANSACTION = bytes.fromhex("b7e7a701bc34d686fa87dfae")
PASSWORD = "VOkJxbRl1RmTxUk/WvJxBt"  # noqa: S105 - the RFC's


def test_reads_the_request_of_rfc_5769() -> None:
    message = stun.read(REQUEST)

    assert message is not None
    assert message.kind == stun.BINDING_REQUEST
    assert message.transaction == TRANSACTION
    assert message.attributes[stun.USERNAME] == b"evtj:h6vY"
    assert message.is_signed_with(PASSWORD)
    assert not message.is_signed_with(PASSWORD + "x")


def test_reads_the_response_of_rfc_5769() -> None:
    message = stun.read(RESPONSE)

    assert message is not None
    assert message.is_signed_with(PASSWORD)
    mapped = stun.xor_address("192.0.2.1", 32853, TRANSACTION)
    assert message.attributes[stun.XOR_MAPPED_ADDRESS] == mapped


def test_masks_an_ipv6_address_as_rfc_5769_does() -> None:
    mapped = stun.xor_address("2001:db8:1234:5678:11:2233:4455:6677", 32853, TRANSACTION)

    assert mapped == bytes.fromhex("0002a1470113a9faa5d3f179bc25f4b5bed2b9d9")


def test_ignores_attributes_after_the_signature() -> None:
    written = stun.write(stun.BINDING_REQUEST, TRANSACTION, [(stun.USERNAME, b"a:b")], PASSWORD)
    # Insert USE-CANDIDATE before the fingerprint, which is then computed anew.
    inserted = written[:-8] + struct.pack("!HH", stun.USE_CANDIDATE, 0)
    length = len(inserted) + 8 - 20
    head = inserted[:2] + struct.pack("!H", length) + inserted[4:]
    forged = head + struct.pack("!HHI", stun.FINGERPRINT, 4, crc(head))

    message = stun.read(forged)

    assert message is not None
    assert message.is_signed_with(PASSWORD)
    assert stun.USE_CANDIDATE not in message.attributes


def test_a_message_without_a_signature_is_not_signed() -> None:
    head = struct.pack("!HHI12s", stun.BINDING_REQUEST, 8, stun.MAGIC_COOKIE, TRANSACTION)
    message = stun.read(head + struct.pack("!HHI", stun.FINGERPRINT, 4, crc(head)))

    assert message is not None
    assert not message.is_signed_with("")


@given(
    st.lists(st.tuples(st.sampled_from([6, 0x24, 0x25, 0x802A]), st.binary(max_size=40))),
    st.binary(min_size=12, max_size=12),
)
def test_reads_what_it_writes(attributes: list[tuple[int, bytes]], transaction: bytes) -> None:
    message = stun.read(stun.write(stun.BINDING_SUCCESS, transaction, attributes, PASSWORD))

    assert message is not None
    assert message.transaction == transaction
    assert message.attributes == dict(reversed(attributes))
    assert message.is_signed_with(PASSWORD)


@given(st.integers(0, 8 * len(REQUEST) - 1))
def test_a_changed_bit_is_noticed(bit: int) -> None:
    changed = bytearray(REQUEST)
    changed[bit // 8] ^= 1 << bit % 8

    assert stun.read(bytes(changed)) is None


@given(st.binary(max_size=200), st.integers(0, len(REQUEST)))
def test_reads_anything_without_an_error(garbage: bytes, kept: int) -> None:
    assert stun.read(REQUEST[:kept] + garbage) is None or (kept, garbage) == (len(REQUEST), b"")


def crc(covered: bytes) -> int:
    """Return the FINGERPRINT of RFC 8489, section 14.7, computed bit by bit."""
    value = 0xFFFFFFFF
    for byte in covered:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0xEDB88320 if value & 1 else 0)
    return value ^ 0xFFFFFFFF ^ 0x5354554E
