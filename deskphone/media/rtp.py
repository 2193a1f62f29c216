"""RTP packets (RFC 3550, section 5.1)."""

import struct
from dataclasses import dataclass

PCMU = 0
"""The payload type of mu-law at 8,000 Hz (RFC 3551, section 6)."""
SAMPLE_RATE = 8000
FRAME = 160
"""Samples in a packet: 20 ms."""
HEADER = struct.Struct("!BBHII")
VERSION = 0x80
MARKER = 0x80


@dataclass(frozen=True)
class Packet:
    """A packet that came."""

    payload_type: int
    sequence: int
    timestamp: int
    source: int
    """The sender's SSRC."""
    payload: bytes


def read(packet: bytes) -> Packet | None:
    """Return the packet, or None if it is cut off."""
    if len(packet) < HEADER.size:
        return None
    first, second, sequence, timestamp, source = HEADER.unpack_from(packet)
    start = HEADER.size + 4 * (first & 0x0F)
    if first & 0x10:
        start += 4 + 4 * int.from_bytes(packet[start + 2 : start + 4], "big")
    padding = packet[-1] if first & 0x20 else 0
    if start + padding > len(packet):
        return None
    payload = packet[start : len(packet) - padding]
    return Packet(second & 0x7F, sequence, timestamp, source, payload)


def write(
    sequence: int, timestamp: int, source: int, payload: bytes, *, marker: bool = False
) -> bytes:
    """Return a packet with mu-law samples. Numbers above their fields' range wrap around."""
    kind = PCMU | MARKER if marker else PCMU
    head = HEADER.pack(VERSION, kind, sequence & 0xFFFF, timestamp & 0xFFFFFFFF, source)
    return head + payload
