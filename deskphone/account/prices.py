"""Prices of texts, calls and recordings: examples near Twilio's, to see how an app handles them.

Twilio sets a price some time after the end, as a negative number with five decimals.
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from deskphone.records.call import Call
from deskphone.records.message import Message
from deskphone.records.recording import Recording


@dataclass(frozen=True)
class Prices:
    """Prices in US dollars: of a segment, an MMS, and a started minute.

    They're set `after_s` seconds after the end.
    """

    text: Decimal = Decimal("0.0083")
    mms: Decimal = Decimal("0.022")
    call: Decimal = Decimal("0.014")
    incoming_call: Decimal = Decimal("0.0085")
    recording: Decimal = Decimal("0.0025")
    after_s: Decimal = Decimal(30)

    def of_text(self, text: Message, now: datetime) -> str | None:
        """Return the price of a text, or None if it isn't set yet or the text wasn't sent."""
        if text.sent is None:
            return None
        return self._set(text.sent, now, self.mms if text.media else self.text * text.segments)

    def of_call(self, call: Call, now: datetime) -> str | None:
        """Return the price of a call, or None if it isn't set yet or no one answered."""
        if call.answered is None or call.ended is None:
            return None
        rate = self.incoming_call if call.direction == "inbound" else self.call
        return self._set(call.ended, now, rate * _minutes(call.duration_s))

    def of_recording(self, recording: Recording, now: datetime) -> str | None:
        """Return the price of a recording, or None if it isn't set yet or there is no audio."""
        if not recording.duration_s:
            return None
        return self._set(recording.updated, now, self.recording * _minutes(recording.duration_s))

    def _set(self, ended: datetime, now: datetime, price: Decimal) -> str | None:
        is_set = now - ended >= timedelta(seconds=float(self.after_s))
        return f"{-price:.5f}" if is_set else None


def _minutes(seconds: int) -> int:
    """Return the minutes that are charged: started ones, at least one."""
    return max(1, math.ceil(seconds / 60))
