"""Status callbacks of calls (twilio.com/docs/voice/api/call-resource, "StatusCallback")."""

import math
from dataclasses import replace

from deskphone.account.store import Store
from deskphone.clock import Clock, rfc_2822
from deskphone.line import fields
from deskphone.line.recording.recorder import Recorder, url_fields
from deskphone.line.status_reports import StatusReports
from deskphone.records.call import Call
from deskphone.records.recording import OF_THE_CALL

STATUS_OF_EVENT = {"initiated": "initiated", "ringing": "ringing", "answered": "in-progress"}
SIP_CODES = {
    "completed": "200",
    "busy": "486",
    "no-answer": "487",
    "canceled": "487",
    "failed": "404",
}


class Progress:
    """Numbers each call's reports and sends the requested ones."""

    def __init__(
        self, store: Store, clock: Clock, reports: StatusReports, recorder: Recorder
    ) -> None:
        self._store = store
        self._clock = clock
        self._reports = reports
        self._recorder = recorder

    def report(self, sid: str, event: str) -> None:
        """Report an event, one of CALL_EVENTS, if the call requests it."""
        call = self._store.calls.get(sid)
        if call is None or call.callback is None or event not in call.callback.events:
            return
        form = fields.of_call(
            call,
            *((("AnsweredBy", call.answered_by),) if call.answered_by else ()),
            ("Timestamp", rfc_2822(self._clock.now()) or ""),
            ("CallbackSource", "call-progress-events"),
            ("SequenceNumber", str(call.reports)),
            *((*_ending(call), *self._recording(sid)) if event == "completed" else ()),
            status=STATUS_OF_EVENT.get(event, call.status),
            has_places=call.direction != "outbound-dial",
        )
        self._store.calls.put(replace(call, reports=call.reports + 1))
        self._reports.send(sid, call.callback.url, call.callback.method, form)

    def _recording(self, sid: str) -> fields.Fields:
        """Return the fields of the call's recording, if it was placed with one."""
        recordings = self._recorder.of_call(sid)
        made = [one for one in recordings if one.source == OF_THE_CALL and one.duration_s]
        return url_fields(made[0]) if made else ()


def _ending(call: Call) -> fields.Fields:
    """Return the fields of the last report: the duration in seconds and in started minutes.

    A call to the account has no SipResponseCode.
    """
    code = (("SipResponseCode", SIP_CODES[call.status]),) if call.direction != "inbound" else ()
    minutes = str(math.ceil(call.duration_s / 60))
    return (("Duration", minutes), ("CallDuration", str(call.duration_s)), *code)
