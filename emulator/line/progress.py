"""Progress reports of calls (twilio.com/docs/voice/api/call-resource, "StatusCallback")."""

import math

from emulator.clock import Clock
from emulator.line import parameters
from emulator.line.reports import Reports
from emulator.twilio.records import Call
from emulator.twilio.store import Store
from emulator.twilio.wire import rfc_2822

STATUS_OF_EVENT = {"initiated": "initiated", "ringing": "ringing", "answered": "in-progress"}
SIP_CODES = {
    "completed": "200",
    "busy": "486",
    "no-answer": "487",
    "canceled": "487",
    "failed": "404",
}


class Progress:
    """Counts the reports of each call and sends those that were asked for."""

    def __init__(self, store: Store, clock: Clock, reports: Reports) -> None:
        self._store = store
        self._clock = clock
        self._reports = reports
        self._sent: dict[str, int] = {}

    def report(self, sid: str, event: str) -> None:
        """Send the report of an event, one of calls.EVENTS, if the call wants it."""
        call = self._store.calls.get(sid)
        if call is None or call.callback is None or event not in call.callback.events:
            return
        number = self._sent.get(sid, 0)
        self._sent[sid] = number + 1
        fields = (
            *parameters.of_call(call, STATUS_OF_EVENT.get(event, call.status)),
            ("Timestamp", rfc_2822(self._clock.now()) or ""),
            ("CallbackSource", "call-progress-events"),
            ("SequenceNumber", str(number)),
            *(_ending(call) if event == "completed" else ()),
        )
        self._reports.send(sid, call.callback.url, call.callback.method, fields)
        if event == "completed":
            del self._sent[sid]


def _ending(call: Call) -> parameters.Fields:
    """Return what only the last report has.

    `Duration` is in minutes, rounded up, `CallDuration` in seconds.
    """
    code = ("SipResponseCode", SIP_CODES[call.status])
    seconds = call.duration_s
    if call.status != "completed":
        return (("CallDuration", str(seconds)), code)
    return (("Duration", str(math.ceil(seconds / 60))), ("CallDuration", str(seconds)), code)
