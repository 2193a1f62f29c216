"""STUN messages as connectivity checks use them (RFC 8489; RFC 8445, section 7)."""

import hmac
import ipaddress
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

MAGIC_COOKIE = 0x2112A442
BINDING_REQUEST = 0x0001
BINDING_SUCCESS = 0x0101

USERNAME = 0x0006
MESSAGE_INTEGRITY = 0x0008
XOR_MAPPED_ADDRESS = 0x0020
PRIORITY = 0x0024
USE_CANDIDATE = 0x0025
FINGERPRINT = 0x8028
ICE_CONTROLLING = 0x802A

HEADER = struct.Struct("!HHI12s")
ATTRIBUTE = struct.Struct("!HH")
INTEGRITY_LENGTH = 20
FINGERPRINT_XOR = 0x5354554E  # RFC 8489, section 14.7
IPV4, IPV6 = 1, 2


@dataclass(frozen=True)
class Message:
    """A STUN message with a valid FINGERPRINT."""

    kind: int
    """The method and class, e.g. BINDING_REQUEST."""
    transaction: bytes
    """The transaction ID, 12 bytes."""
    attributes: dict[int, bytes]
    """The attributes up to MESSAGE-INTEGRITY; those after it aren't protected, so they're left out.

    Of an attribute that comes twice, the first counts (RFC 8489, section 14).
    """
    signed: bytes
    """The bytes that MESSAGE-INTEGRITY covers, empty without it."""
    signature: bytes
    """The value of MESSAGE-INTEGRITY, empty without it."""

    def is_signed_with(self, password: str) -> bool:
        """Return whether MESSAGE-INTEGRITY is there and right (RFC 8489, section 14.5)."""
        expected = hmac.digest(password.encode(), self.signed, "sha1")
        return bool(self.signed) and hmac.compare_digest(expected, self.signature)


def read(datagram: bytes) -> Message | None:
    """Return the message in a datagram, or None if it isn't a whole one with its FINGERPRINT."""
    if len(datagram) < HEADER.size:
        return None
    kind, length, cookie, transaction = HEADER.unpack_from(datagram)
    is_framed = cookie == MAGIC_COOKIE and kind < 0x4000 and length % 4 == 0
    if not is_framed or length != len(datagram) - HEADER.size:
        return None
    return _read_attributes(datagram, kind, transaction)


def _read_attributes(datagram: bytes, kind: int, transaction: bytes) -> Message | None:
    attributes: dict[int, bytes] = {}
    signed = signature = b""
    position = HEADER.size
    while position + ATTRIBUTE.size <= len(datagram):
        name, length = ATTRIBUTE.unpack_from(datagram, position)
        value = datagram[position + ATTRIBUTE.size : position + ATTRIBUTE.size + length]
        if len(value) < length:
            return None
        if name == FINGERPRINT:
            # It's the last attribute.
            end = position + ATTRIBUTE.size + length
            is_right = value == _checksum(datagram[:position]) and end == len(datagram)
            return Message(kind, transaction, attributes, signed, signature) if is_right else None
        if name == MESSAGE_INTEGRITY and not signed:
            # The length in the covered header ends with this attribute, whatever follows it.
            covered = position + ATTRIBUTE.size + INTEGRITY_LENGTH - HEADER.size
            signed = datagram[:2] + struct.pack("!H", covered) + datagram[4:position]
            signature = value
        elif not signed:
            attributes.setdefault(name, value)
        position += ATTRIBUTE.size + length + -length % 4
    return None


def write(
    kind: int, transaction: bytes, attributes: Sequence[tuple[int, bytes]], password: str
) -> bytes:
    """Return a message with MESSAGE-INTEGRITY by this password, and FINGERPRINT."""
    body = b"".join(_attribute(name, value) for name, value in attributes)

    def head(more: int) -> bytes:
        return HEADER.pack(kind, len(body) + more, MAGIC_COOKIE, transaction)

    signature = hmac.digest(
        password.encode(), head(ATTRIBUTE.size + INTEGRITY_LENGTH) + body, "sha1"
    )
    body += _attribute(MESSAGE_INTEGRITY, signature)
    covered = head(ATTRIBUTE.size + 4) + body
    return covered + _attribute(FINGERPRINT, _checksum(covered))


def xor_address(host: str, port: int, transaction: bytes) -> bytes:
    """Return the value of XOR-MAPPED-ADDRESS (RFC 8489, section 14.2)."""
    address = ipaddress.ip_address(host)
    family = IPV4 if address.version == 4 else IPV6
    mask = struct.pack("!I", MAGIC_COOKIE) + transaction
    masked = bytes(one ^ other for one, other in zip(address.packed, mask, strict=False))
    return struct.pack("!BBH", 0, family, port ^ MAGIC_COOKIE >> 16) + masked


def _attribute(name: int, value: bytes) -> bytes:
    return ATTRIBUTE.pack(name, len(value)) + value + bytes(-len(value) % 4)


def _checksum(covered: bytes) -> bytes:
    return struct.pack("!I", zlib.crc32(covered) ^ FINGERPRINT_XOR)
