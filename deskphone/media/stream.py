"""The sound of one connection, both ways, as protected packets."""

import logging
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from secrets import randbelow
from typing import Protocol, TypeVar

from deskphone.media import rtcp, rtp
from deskphone.media.arrivals import Arrivals
from deskphone.media.digits import Digits
from deskphone.media.srtp import Protector, Unprotector
from deskphone.media.transport.dtls import Keys

with warnings.catch_warnings():
    # Python 3.11 and 3.12 warn of its removal; newer ones get it from audioop-lts.
    warnings.simplefilter("ignore", DeprecationWarning)
    import audioop

SAMPLE_BYTES = 2
SILENCE = bytes(rtp.FRAME * SAMPLE_BYTES)
LONGEST_PAYLOAD = 1200
NO_TIME = 0

log = logging.getLogger(__name__)
Value = TypeVar("Value", bytes, str)


class Ear(Protocol):
    """Where the sound for a browser comes from."""

    def read(self, samples: int) -> bytes:
        """Return the next samples: 8,000 Hz, mono, signed 16 bits, little-endian.

        What is missing is played as silence.
        """
        ...


@dataclass(frozen=True)
class Figures:
    """How a connection does."""

    sent: int
    """Packets of sound sent to the browser."""
    received: int
    """Packets received from the browser, digits included."""
    lost: int
    """Packets of the browser's that never came."""
    lost_by_browser: int
    """Packets of ours that never came, as the browser reports it."""
    round_trip: float | None
    """Seconds to the browser and back, or None before its first report."""


class Stream:
    """Packets to and from a browser whose keys are known. Times are seconds of `clock`.

    What `ear`, `said` or `on_digit` raise is logged and ends nothing.
    """

    def __init__(
        self,
        keys: Keys,
        ear: Ear,
        said: Callable[[bytes], None],
        on_digit: Callable[[str], None],
        *,
        source: int,
        name: str,
        events: int | None,
        clock: Callable[[], float],
    ) -> None:
        self._protector = Protector(keys.local_key, keys.local_salt)
        self._unprotector = Unprotector(keys.remote_key, keys.remote_salt)
        self._ear, self._said, self._on_digit = ear, said, on_digit
        self._source, self._name, self._events = source, name, events
        self._clock = clock
        # NTP times only have to advance like the clock (RFC 3550, section 4).
        self._epoch = time.time() - clock()
        # Below half the range, so that an early rollover doesn't meet lost first packets
        # (RFC 3711, section 3.3.1).
        self._sequence = randbelow(1 << 15)
        self._timestamp = randbelow(1 << 32)
        self._sent = 0
        self._is_talking = False
        self._remote: int | None = None
        self._arrivals = Arrivals()
        self._digits = Digits()
        self._last_report = (NO_TIME, 0.0)
        self._lost_by_browser = 0
        self._round_trip: float | None = None

    def next_frame(self) -> bytes:
        """Return the packet with the next 20 ms of sound."""
        samples = self._heard()
        packet = rtp.write(
            self._sequence,
            self._timestamp,
            self._source,
            audioop.lin2ulaw(samples, SAMPLE_BYTES),
            marker=not self._is_talking,  # the first after a pause (RFC 3551, section 4.1)
        )
        self._is_talking = True
        self._sequence += 1
        self._timestamp += rtp.FRAME
        self._sent += 1
        return self._protector.rtp(packet)

    def skip(self, frames: int) -> None:
        """Leave out frames: time goes on without them."""
        if frames:
            self._timestamp += frames * rtp.FRAME
            self._is_talking = False

    def report(self) -> bytes:
        """Return a sender report with what was received."""
        ntp = rtcp.ntp_time(self._epoch + self._clock())
        octets = self._sent * rtp.FRAME
        sent = rtcp.sender_report(
            self._source, ntp, self._timestamp, self._sent, octets, self._block()
        )
        return self._protector.rtcp(sent + rtcp.description(self._source, self._name))

    def goodbye(self) -> bytes:
        """Return the last packet: a report with BYE (RFC 3550, section 6.6)."""
        ntp = rtcp.ntp_time(self._epoch + self._clock())
        octets = self._sent * rtp.FRAME
        sent = rtcp.sender_report(self._source, ntp, self._timestamp, self._sent, octets, None)
        named = rtcp.description(self._source, self._name)
        return self._protector.rtcp(sent + named + rtcp.goodbye(self._source))

    def receive(self, datagram: bytes) -> None:
        """Take a packet of the browser's; drop it if it isn't authentic."""
        if rtcp.is_rtcp(datagram):
            compound = self._unprotector.rtcp(datagram)
            if compound is not None:
                self._read_reports(compound)
            return
        clear = self._unprotector.rtp(datagram)
        packet = None if clear is None else rtp.read(clear)
        if packet is not None:
            self._take(packet)

    def figures(self) -> Figures:
        """Return the figures so far."""
        return Figures(
            sent=self._sent,
            received=self._arrivals.received,
            lost=self._arrivals.lost,
            lost_by_browser=self._lost_by_browser,
            round_trip=self._round_trip,
        )

    def _heard(self) -> bytes:
        try:
            samples = self._ear.read(rtp.FRAME)
        except Exception:
            log.exception("reading the sound for a browser failed")
            samples = b""
        missing = len(SILENCE) - len(samples)
        return samples + bytes(missing) if missing > 0 else samples[: len(SILENCE)]

    def _take(self, packet: rtp.Packet) -> None:
        if packet.source != self._remote:
            self._remote = packet.source
            self._arrivals, self._digits = Arrivals(), Digits()
        if packet.payload_type == self._events:
            digit = self._digits.read(packet.timestamp, packet.payload)
            if digit is not None:
                self._call(self._on_digit, digit)
        for one in self._arrivals.add(packet, self._clock()):
            if one is None:
                self._call(self._said, SILENCE)
            elif one.payload_type == rtp.PCMU and 0 < len(one.payload) <= LONGEST_PAYLOAD:
                self._call(self._said, audioop.ulaw2lin(one.payload, SAMPLE_BYTES))

    def _read_reports(self, compound: bytes) -> None:
        now = self._clock()
        reports, gone = rtcp.read(compound)
        for report in reports:
            if report.middle_time is not None:
                self._last_report = (report.middle_time, now)
            for block in report.blocks:
                if block.source == self._source:
                    self._read_block(block, now)
        if self._remote in gone:
            self._remote = None  # packets after this are a new stream

    def _read_block(self, block: rtcp.Block, now: float) -> None:
        self._lost_by_browser = max(0, block.lost)
        if block.last_report:
            arrived = rtcp.middle(rtcp.ntp_time(self._epoch + now))
            units = (arrived - block.last_report - block.delay) & 0xFFFFFFFF
            if units < 1 << 31:
                self._round_trip = units / 65536

    def _block(self) -> rtcp.Block | None:
        if self._remote is None or not self._arrivals.received:
            return None
        counted = self._arrivals.report()
        middle, arrived = self._last_report
        return rtcp.Block(
            source=self._remote,
            fraction_lost=counted.fraction_lost,
            lost=counted.lost,
            highest=counted.highest,
            jitter=counted.jitter,
            last_report=middle,
            delay=int((self._clock() - arrived) * 65536) & 0xFFFFFFFF if middle else 0,
        )

    def _call(self, callback: Callable[[Value], None], value: Value) -> None:
        try:
            callback(value)
        except Exception:
            log.exception("passing on what a browser sent failed")
