"""What an outgoing call does when it is answered: record, press keys, detect who answered."""

from dataclasses import replace

from deskphone.clock import Clock
from deskphone.line import fields
from deskphone.line.calls.live_calls import LiveCall, LiveCalls
from deskphone.line.recording.recorder import Recorder
from deskphone.line.status_reports import StatusReports
from deskphone.records.call import MachineDetection
from deskphone.records.recording import OF_THE_CALL
from deskphone.sound.tones import keys
from deskphone.values import ACCOUNT_SID

HUMAN_S = 2
MACHINE_S = 4
GREETING_S = 10
"""Seconds until a person, a machine, and the end of a machine's greeting are detected.

Only the order is Twilio's (voice/answering-machine-detection).
"""


class Answering:
    """Runs before, and alongside, the TwiML of a call that the REST API placed."""

    def __init__(
        self, clock: Clock, calls: LiveCalls, recorder: Recorder, reports: StatusReports
    ) -> None:
        self._clock = clock
        self._calls = calls
        self._recorder = recorder
        self._reports = reports

    async def begin(self, live: LiveCall, *, by_machine: bool) -> None:
        """Run the call's options, until its TwiML may be requested."""
        call = live.call
        if call.recording is not None:
            how = call.recording
            self._recorder.start(
                call, OF_THE_CALL, callback=how.callback, channels=how.channels, track=how.track
            )
        if call.send_digits:
            live.session.journal.note("Play", digits=call.send_digits)
            await live.session.hear(keys(call.send_digits))
        detection = call.machine_detection
        if detection is None:
            return
        if detection.asynchronous:
            self._calls.run_alongside(
                live, lambda: self._detect(live, detection, by_machine=by_machine)
            )
        else:
            await self._detect(live, detection, by_machine=by_machine)

    async def _detect(
        self, live: LiveCall, detection: MachineDetection, *, by_machine: bool
    ) -> None:
        live.session.journal.happened("detecting who answered")
        who, seconds = _recognized(detection, by_machine=by_machine)
        await self._clock.sleep(seconds)
        if not self._calls.is_live(live.sid):
            return
        self._calls.put(replace(live.call, answered_by=who, detection_s=seconds))
        live.session.journal.happened("answered by", who)
        callback = detection.callback
        if detection.asynchronous and callback is not None:
            ids = (("AccountSid", ACCOUNT_SID), ("CallSid", live.sid))
            form = (*ids, *fields.of_detection(live.call))
            self._reports.send(live.sid, callback.url, callback.method, form)


def _recognized(detection: MachineDetection, *, by_machine: bool) -> tuple[str, int]:
    """Return AnsweredBy, and the seconds until it is known."""
    if not by_machine:
        who, seconds = "human", HUMAN_S
    elif detection.waits_for_end:
        who, seconds = "machine_end_beep", GREETING_S
    else:
        who, seconds = "machine_start", MACHINE_S
    if seconds > detection.timeout_s:
        return "unknown", detection.timeout_s
    return who, seconds
