"""Keys pressed in the browser, as telephone events (RFC 4733)."""

import struct

DIGITS = "0123456789*#ABCD"
"""The keys by their event codes (RFC 4733, section 3.2)."""
EVENT = struct.Struct("!BBH")
END = 0x80
LONGEST = 0xFFFF
"""The longest duration of one segment, in units of the timestamp (RFC 4733, section 2.5.1.3)."""


class Digits:
    """The events of one sender. Each key press counts once, however many packets carry it."""

    def __init__(self) -> None:
        self._started: int | None = None
        self._code = -1
        self._is_over = True

    def read(self, timestamp: int, payload: bytes) -> str | None:
        """Return the key if this packet is the first of its event, else None.

        All packets of an event have the timestamp of its start, so that of several lost packets
        any one that is left tells the key.
        """
        if len(payload) < EVENT.size:
            return None
        code, flags, _ = EVENT.unpack_from(payload)
        if self._started is not None:
            ahead = (timestamp - self._started) & 0xFFFFFFFF
            if ahead == 0:
                self._is_over = self._is_over or bool(flags & END)
                return None
            if ahead >= 1 << 31:
                return None  # a late packet of an event before
            if ahead == LONGEST and code == self._code and not self._is_over:
                self._started = timestamp  # the next segment of a long press
                self._is_over = bool(flags & END)
                return None
        self._started, self._code, self._is_over = timestamp, code, bool(flags & END)
        return DIGITS[code] if code < len(DIGITS) else None
