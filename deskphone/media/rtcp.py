"""RTCP: reports about sent and received packets (RFC 3550, section 6)."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

SENDER_REPORT, RECEIVER_REPORT, DESCRIPTION, GOODBYE = 200, 201, 202, 203
HEADER = struct.Struct("!BBH")
SENDER = struct.Struct("!QIII")
BLOCK = struct.Struct("!IIIIII")
VERSION = 0x80
CNAME = 1
MOST_LOST = 0x7FFFFF
NTP_EPOCH = 2_208_988_800
"""Seconds from 1900 to 1970."""


@dataclass(frozen=True)
class Block:
    """What one side received from one sender."""

    source: int
    fraction_lost: int
    lost: int
    highest: int
    jitter: int
    last_report: int
    """The middle 32 bits of the NTP time in the sender's last report, or 0."""
    delay: int
    """The time since that report, in 65,536ths of a second."""


@dataclass(frozen=True)
class Report:
    """A sender or receiver report that came."""

    source: int
    middle_time: int | None
    """The middle 32 bits of its NTP time; None in a receiver report."""
    blocks: tuple[Block, ...]


def is_rtcp(datagram: bytes) -> bool:
    """Return whether a datagram that shares a port with RTP is RTCP (RFC 5761, section 4)."""
    return len(datagram) > 1 and 192 <= datagram[1] <= 223


def ntp_time(seconds: float) -> int:
    """Return a time as 64 bits of NTP, from seconds since 1970."""
    return int((seconds + NTP_EPOCH) * (1 << 32)) & 0xFFFFFFFFFFFFFFFF


def middle(ntp: int) -> int:
    """Return the middle 32 bits of an NTP time: units of 1/65,536 s."""
    return ntp >> 16 & 0xFFFFFFFF


def sender_report(
    source: int, ntp: int, timestamp: int, packets: int, octets: int, block: Block | None
) -> bytes:
    """Return a sender report, with what was received if anything was."""
    counts = (timestamp & 0xFFFFFFFF, packets & 0xFFFFFFFF, octets & 0xFFFFFFFF)
    body = struct.pack("!I", source) + SENDER.pack(ntp, *counts)
    if block is not None:
        losses = block.fraction_lost << 24 | min(block.lost, MOST_LOST)
        body += BLOCK.pack(
            block.source, losses, block.highest, block.jitter, block.last_report, block.delay
        )
    return _packet(SENDER_REPORT, 0 if block is None else 1, body)


def description(source: int, name: str) -> bytes:
    """Return a source description with a canonical name, which every report needs."""
    item = bytes([CNAME, len(name)]) + name.encode()
    chunk = struct.pack("!I", source) + item
    # At least one zero byte ends the items.
    return _packet(DESCRIPTION, 1, chunk + bytes(4 - len(chunk) % 4))


def goodbye(source: int) -> bytes:
    """Return a BYE."""
    return _packet(GOODBYE, 1, struct.pack("!I", source))


def read(compound: bytes) -> tuple[list[Report], set[int]]:
    """Return the reports in a compound packet, and the senders who said goodbye.

    Reading stops where a packet is cut off.
    """
    reports: list[Report] = []
    gone: set[int] = set()
    for kind, count, body in _packets(compound):
        if kind == GOODBYE:
            gone.update(
                int.from_bytes(body[4 * number : 4 * number + 4], "big")
                for number in range(min(count, len(body) // 4))
            )
        elif kind in (SENDER_REPORT, RECEIVER_REPORT):
            report = _report(kind, count, body)
            if report is not None:
                reports.append(report)
    return reports, gone


def _report(kind: int, count: int, body: bytes) -> Report | None:
    blocks_at = 4 + (SENDER.size if kind == SENDER_REPORT else 0)
    if len(body) < blocks_at + count * BLOCK.size:
        return None
    ntp = SENDER.unpack_from(body, 4)[0] if kind == SENDER_REPORT else None
    blocks = tuple(
        _block(*BLOCK.unpack_from(body, blocks_at + number * BLOCK.size)) for number in range(count)
    )
    return Report(int.from_bytes(body[:4], "big"), None if ntp is None else middle(ntp), blocks)


def _block(
    source: int, losses: int, highest: int, jitter: int, last_report: int, delay: int
) -> Block:
    lost = losses & 0xFFFFFF
    if lost > MOST_LOST:
        lost -= 1 << 24  # a signed number: packets that came twice
    return Block(source, losses >> 24, lost, highest, jitter, last_report, delay)


def _packets(compound: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Yield each packet's type, count and body."""
    position = 0
    while position + HEADER.size <= len(compound):
        first, kind, words = HEADER.unpack_from(compound, position)
        end = position + HEADER.size + 4 * words
        if first >> 6 != 2 or end > len(compound):
            return
        yield kind, first & 0x1F, compound[position + HEADER.size : end]
        position = end


def _packet(kind: int, count: int, body: bytes) -> bytes:
    return HEADER.pack(VERSION | count, kind, len(body) // 4) + body
