"""Queue: <Dial> the next call in a queue (twilio.com/docs/voice/twiml/queue)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from deskphone.line.queued_calls import Place, Turn
from deskphone.line.session.session import CallSession
from deskphone.line.verbs.target import (
    NOT_BRIDGED,
    DialOptions,
    Ending,
    Outcome,
    recorded,
    until_parted,
)
from deskphone.line.waiting import first_of
from deskphone.records.call import ENDED_CALL
from deskphone.records.instructions import Instructions
from deskphone.records.queue import QUEUE_NAME_LIMIT
from deskphone.twiml.source import Source
from deskphone.webhooks.webhook import WebhookError

WRONG_METHOD, WRONG_URL, NAME_TOO_SHORT, NAME_TOO_LONG = 14210, 14211, 14212, 14213


@dataclass(frozen=True)
class QueueNoun:
    """Connect to the call at the front of a queue; wait for one if the queue is empty.

    `url` is what that call hears first.
    """

    name: str
    url: str
    method: str

    @classmethod
    def read(cls, source: Source) -> "QueueNoun":
        queue = cls(
            name=source.text(),
            url=source.value("url"),
            method=source.method("method", WRONG_METHOD),
        )
        source.finish()
        return queue

    @property
    def label(self) -> str:
        return f"queue {self.name}"

    async def connect(self, session: CallSession, options: DialOptions, ending: Ending) -> Outcome:
        try:
            url = session.resolve(self.url) if self.url else ""
        except WebhookError as error:
            session.journal.alert(WRONG_URL, f"Invalid url of <Queue>: {error.message}")
            return Outcome("failed", NOT_BRIDGED)
        if not 0 < len(self.name) <= QUEUE_NAME_LIMIT:
            code = NAME_TOO_LONG if self.name else NAME_TOO_SHORT
            message = f"The name in <Queue> must have 1 to {QUEUE_NAME_LIMIT} characters"
            session.journal.alert(code, message)
        queue = session.services.queues.named(self.name)
        if queue is None:
            session.journal.happened("no such queue", self.name)
            return Outcome("failed", NOT_BRIDGED)
        deadline = session.clock.now() + timedelta(seconds=options.timeout_s)
        while True:
            turn = Turn(session.sid, Instructions(url, self.method))
            session.services.queues.line_up(queue.sid, turn)
            try:
                left_s = (deadline - session.clock.now()).total_seconds()
                await first_of(turn.called.wait(), session.clock.limit(left_s))
                outcome = await _outcome(session, options, turn, ending)
                if outcome is not None:
                    return outcome
            finally:
                session.services.queues.step_aside(queue.sid, turn)


async def _outcome(
    session: CallSession, options: DialOptions, turn: Turn, ending: Ending
) -> Outcome | None:
    """Return the outcome, or None if the call hung up before it could be connected."""
    if not turn.called.is_set():
        return Outcome("no-answer", NOT_BRIDGED)
    place = turn.place
    if place is None:
        return Outcome("failed", NOT_BRIDGED)
    await place.ready.wait()
    return None if place.over.is_set() else await _talk(session, options, place, ending)


async def _talk(
    session: CallSession, options: DialOptions, place: Place, ending: Ending
) -> Outcome:
    session.answer()
    began, sid = session.clock.now(), place.member.call_sid
    ending.outcome = lambda: _talked(session, place, began)
    with session.journal.connected_to(sid), recorded(session, options, "answer", "ringing"):
        await until_parted(session, options, place.over)
    return _talked(session, place, began)


def _talked(session: CallSession, place: Place, began: datetime) -> Outcome:
    sid = place.member.call_sid
    call = session.store.calls.get(sid)
    has_left = place.over.is_set() and call is not None and call.status not in ENDED_CALL
    duration = str(round((session.clock.now() - began).total_seconds()))
    fields = (
        ("DialCallSid", sid),
        *((("DialCallDuration", duration),) if not has_left else ()),
        ("DialBridged", "true"),
        ("QueueSid", place.member.queue_sid),
        ("DequeueResult", "bridged"),
        ("DequeuedCallSid", sid),
        ("DequeuedCallQueueTime", str(session.services.queues.waited_s(place))),
        ("DequeuedCallDuration", duration),
    )
    return Outcome("completed", fields)
