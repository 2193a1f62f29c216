"""The packets of one sender: in order for the ear, and counted for reports (RFC 3550)."""

from dataclasses import dataclass

from deskphone.media.rtp import PCMU, SAMPLE_RATE, Packet

HELD = 4
"""Packets to wait for a late one: 80 ms."""
FAR = 10
"""A longer gap is a pause: filling it later would only delay the sound after it."""


@dataclass(frozen=True)
class Counted:
    """What a reception block reports (RFC 3550, section 6.4.1)."""

    lost: int
    """Packets that never came."""
    fraction_lost: int
    """Lost since the last report, in 256ths."""
    highest: int
    """The highest sequence number, with its cycles above bit 16."""
    jitter: int
    """In samples."""


class Arrivals:
    """Packets of one SSRC. Times are seconds."""

    def __init__(self) -> None:
        self.received = 0
        self._first: int | None = None
        self._highest = 0
        self._next = 0
        self._held: dict[int, Packet] = {}
        self._jitter = 0.0
        self._transit: float | None = None
        self._reported = (0, 0)

    @property
    def lost(self) -> int:
        """How many packets never came."""
        expected = 0 if self._first is None else self._highest - self._first + 1
        return max(0, expected - self.received)

    def add(self, packet: Packet, now: float) -> list[Packet | None]:
        """Count a packet; return the packets that are next, with None for each lost one.

        A packet out of order waits for those before it, but not for long.
        """
        number = self._number(packet)
        self._count(packet, number, now)
        if number < self._next:
            return []  # too late: its place was given up
        self._held[number] = packet
        return self._in_order()

    def report(self) -> Counted:
        """Return the figures for a report; fractions count from the one before."""
        if self._first is None:
            return Counted(0, 0, 0, 0)
        expected = self._highest - self._first + 1
        expected_before, received_before = self._reported
        self._reported = (expected, self.received)
        due = expected - expected_before
        missing = due - (self.received - received_before)
        fraction = min((missing << 8) // due, 255) if due > 0 and missing > 0 else 0
        return Counted(self.lost, fraction, self._highest & 0xFFFFFFFF, int(self._jitter))

    def _number(self, packet: Packet) -> int:
        """Return the packet's number on a count that doesn't wrap."""
        if self._first is None:
            # Room below it, for packets that were sent before the first to arrive.
            self._first = self._highest = self._next = packet.sequence + 0x10000
        ahead = ((packet.sequence - self._highest + 0x8000) & 0xFFFF) - 0x8000
        return self._highest + ahead

    def _count(self, packet: Packet, number: int, now: float) -> None:
        self.received += 1
        self._highest = max(self._highest, number)
        if packet.payload_type != PCMU:
            return  # all packets of a key press have one timestamp, which isn't jitter
        transit = now * SAMPLE_RATE - packet.timestamp
        if self._transit is not None:
            # RFC 3550, section 6.4.1; a jump is a new start of the sender's timestamps.
            change = abs(transit - self._transit)
            if change < SAMPLE_RATE:
                self._jitter += (change - self._jitter) / 16
        self._transit = transit

    def _in_order(self) -> list[Packet | None]:
        ready: list[Packet | None] = []
        while self._held:
            if self._next in self._held:
                ready.append(self._held.pop(self._next))
                self._next += 1
            elif max(self._held) - self._next >= FAR:
                self._next = min(self._held)
            elif len(self._held) > HELD:
                ready.append(None)
                self._next += 1
            else:
                break
        return ready
