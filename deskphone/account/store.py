"""The history. It is bounded: new records replace the oldest ones."""

import secrets
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Generic, Literal, TypeVar

from deskphone.account.opt_outs import OptOuts
from deskphone.account.prices import Prices
from deskphone.account.trial import Trial
from deskphone.clock import Clock, to_milliseconds
from deskphone.records.application import Application
from deskphone.records.call import ENDED_CALL, Call, Entry
from deskphone.records.conference import Conference
from deskphone.records.history import Alert, Delivery
from deskphone.records.message import Message
from deskphone.records.phone_number import PhoneNumber
from deskphone.records.queue import Queue
from deskphone.records.recording import Recording

HISTORY_LIMIT = 10_000
"""The number of texts and of calls to keep; those still in progress don't count."""

RECENT_LIMIT = 500
"""The number of webhooks and of alerts to keep."""

TIMELINE_LIMIT = 500
"""The number of a call's newest timeline entries to keep."""

Kind = Literal[
    "text", "call", "number", "recording", "queue", "conference", "application", "webhook", "alert"
]
Record = (
    Message | Call | PhoneNumber | Recording | Queue | Conference | Application | Delivery | Alert
)
"""Everything that is stored; each record has a SID."""

Publish = Callable[[Kind, Record | None], None]
"""Gets each new or changed record, or None when one is removed."""


def new_sid(prefix: str) -> str:
    """Return a new SID: the prefix, such as SM, and 32 hexadecimal digits."""
    return prefix + secrets.token_hex(16)


R = TypeVar("R", bound=Record)


class Shelf(Generic[R]):
    """Records of one kind by SID, oldest first. Each new record gets a higher serial number."""

    def __init__(
        self,
        kind: Kind,
        limit: int,
        publish: Publish,
        full: Callable[[Kind], None],
        is_live: Callable[[R], bool] = lambda record: False,
    ) -> None:
        """`is_live` says whether a record is still in use and must not be dropped."""
        self._is_live = is_live
        self._kind: Kind = kind
        self._limit = limit
        self._publish = publish
        self._full = full
        self._records: OrderedDict[str, R] = OrderedDict()
        self._serials: dict[str, int] = {}
        self._next_serial = 1
        self.dropped = 0

    def put(self, record: R) -> R:
        """Add the record, or replace the one with the same SID, which keeps its serial number."""
        if record.sid not in self._records:
            self._serials[record.sid] = self._next_serial
            self._next_serial += 1
        self._records[record.sid] = record
        self._publish(self._kind, record)
        if len(self._records) > self._limit:
            self._make_room(record)
        return record

    def _make_room(self, new: R) -> None:
        """Drop the oldest record that is neither live nor the new one, if any."""
        others = (one for one in self._records.values() if not self._is_live(one))
        oldest = next(others, new)
        if oldest is new:
            return
        del self._records[oldest.sid], self._serials[oldest.sid]
        self.dropped += 1
        if self.dropped == 1:
            self._full(self._kind)

    def get(self, sid: str) -> R | None:
        return self._records.get(sid)

    def serial(self, sid: str) -> int:
        """Return the serial number of a record; it is never used again."""
        return self._serials[sid]

    def remove(self, sid: str) -> None:
        del self._records[sid], self._serials[sid]
        self._publish(self._kind, None)

    def clear(self) -> None:
        self._records.clear()
        self._serials.clear()
        self.dropped = 0

    def __len__(self) -> int:
        return len(self._records)

    def __iter__(self) -> Iterator[R]:
        return iter(list(self._records.values()))

    def newest_first(self) -> list[R]:
        return list(reversed(self._records.values()))


class Store:
    """All shelves. Listeners get each new or changed record.

    `trial` has the limits of a trial account; it is None for a full account. `prices` is None if
    nothing ever gets a price.
    """

    def __init__(self, clock: Clock, listeners: Iterable[Publish] = ()) -> None:
        self._clock = clock
        self._listeners = list(listeners)
        self.opt_outs = OptOuts()
        self.trial: Trial | None = None
        self.prices: Prices | None = Prices()
        self._last_serial = 0
        publish, full = self._publish, self._say_full
        self.messages: Shelf[Message] = Shelf(
            "text", HISTORY_LIMIT, publish, full, lambda one: one.status == "scheduled"
        )
        self.calls: Shelf[Call] = Shelf(
            "call", HISTORY_LIMIT, publish, full, lambda one: one.status not in ENDED_CALL
        )
        self.numbers: Shelf[PhoneNumber] = Shelf("number", HISTORY_LIMIT, publish, self._say_full)
        self.recordings: Shelf[Recording] = Shelf(
            "recording", HISTORY_LIMIT, publish, full, lambda one: one.duration_s is None
        )
        self.queues: Shelf[Queue] = Shelf(
            "queue", HISTORY_LIMIT, publish, full, lambda one: bool(one.members)
        )
        self.conferences: Shelf[Conference] = Shelf(
            "conference", HISTORY_LIMIT, publish, full, lambda one: one.status != "completed"
        )
        # The page doesn't show them.
        self.applications: Shelf[Application] = Shelf(
            "application", HISTORY_LIMIT, lambda kind, record: None, self._say_full
        )
        self.deliveries: Shelf[Delivery] = Shelf("webhook", RECENT_LIMIT, publish, self._say_full)
        # An alert about dropped alerts would drop another one. The snapshot counts them instead.
        self.alerts: Shelf[Alert] = Shelf("alert", RECENT_LIMIT, publish, lambda kind: None)

    def new_serial(self) -> int:
        """Return a higher number each time, for rows that aren't on a shelf of their own."""
        self._last_serial += 1
        return self._last_serial

    def subscribe(self, listener: Publish) -> None:
        """Call a listener after the others."""
        self._listeners.append(listener)

    def number(self, phone_number: str) -> PhoneNumber | None:
        """Return the account's number with these digits, or None."""
        return next((n for n in self.numbers if n.phone_number == phone_number), None)

    def children(self, call_sid: str) -> list[Call]:
        """Return the calls that this one dialed, oldest first."""
        return [call for call in self.calls if call.parent_call_sid == call_sid]

    def note(
        self,
        call_sid: str,
        kind: Literal["event", "verb"],
        name: str,
        text: str = "",
        **attributes: str,
    ) -> None:
        """Add an entry to a call's timeline, which keeps the last TIMELINE_LIMIT."""
        call = self.calls.get(call_sid)
        if call is None:
            return
        # Truncated like the times of webhooks, which the page sorts among these entries.
        since = to_milliseconds(self._clock.now()) - to_milliseconds(call.created)
        entry = Entry(since.total_seconds(), kind, name, text, tuple(attributes.items()))
        timeline = (*call.timeline[-TIMELINE_LIMIT + 1 :], entry)
        self.calls.put(replace(call, timeline=timeline))

    def alert(
        self,
        resource_sid: str,
        code: int | None,
        message: str,
        level: Literal["error", "warning"] = "error",
    ) -> None:
        """Record a Twilio error or warning by its code; None means a gap in the emulator."""
        kind: Literal["twilio", "emulator"] = "emulator" if code is None else "twilio"
        self.alerts.put(
            Alert(new_sid("NO"), resource_sid, self._clock.now(), level, kind, code, message)
        )

    def clear(self) -> None:
        """Forget everything, the account's numbers, prices and trial too."""
        for shelf in (
            self.messages,
            self.calls,
            self.numbers,
            self.recordings,
            self.queues,
            self.conferences,
            self.applications,
            self.deliveries,
            self.alerts,
        ):
            shelf.clear()
        self.opt_outs.clear()
        self.trial = None
        self.prices = Prices()

    def _publish(self, kind: Kind, record: Record | None) -> None:
        for listener in self._listeners:
            listener(kind, record)

    def _say_full(self, kind: Kind) -> None:
        """Raise one alert; the snapshot has the number of dropped records."""
        message = f"The history is full. From now on, each new {kind} replaces the oldest one."
        self.alert("", None, message, "warning")
