"""Enqueue and Leave: waiting in a queue (twilio.com/docs/voice/twiml/enqueue)."""

from dataclasses import dataclass, replace

from deskphone.line.fields import Fields
from deskphone.line.queued_calls import Place
from deskphone.line.session.session import CallSession
from deskphone.line.session.steps import End, Fetch, Leave, Step
from deskphone.line.verbs.hold_music import read_music, resolved, stay
from deskphone.line.waiting import first_of, is_over
from deskphone.records.instructions import Music
from deskphone.records.queue import QUEUE_NAME_LIMIT, QUEUE_SIZE_MAX
from deskphone.twiml.source import GapError, Source, TwimlError
from deskphone.webhooks.webhook import WebhookError

NOT_KNOWN = 12200
WRONG_WAIT_URL, WRONG_ACTION, NAME_TOO_SHORT, NAME_TOO_LONG, FULL = (
    14202, 14203, 14204, 14205, 14207,
)  # fmt: skip


@dataclass(frozen=True)
class Enqueue:
    """Wait in a queue until the call is dequeued, leaves, or is redirected."""

    name: str
    action: str | None
    method: str
    music: Music
    max_size: int | None

    @classmethod
    def read(cls, source: Source) -> "Enqueue":
        source.children(gaps=("Task",))
        if source.value("workflowSid"):
            raise GapError("The workflowSid attribute of <Enqueue>")
        return cls(
            name=source.text(),
            action=source.raw("action"),
            method=source.method("method", 14201),
            music=read_music(source, "waitUrl", "waitUrlMethod", 14206),
            max_size=source.whole("maxQueueSize", 0, 1, NOT_KNOWN, QUEUE_SIZE_MAX) or None,
        )

    async def run(self, session: CallSession) -> Step:
        session.answer()
        session.journal.note("Enqueue", self.name)
        # Resolved first, because the documents of the queue have their own URLs.
        verb = replace(self, action=self._resolved_action(session))
        try:
            verb = replace(verb, music=_checked(session, self.name, self.music))
        except TwimlError as error:
            session.journal.alert(error.code, error.message)
            return verb.report(session, "error")
        place = session.services.queues.join(session.call, self.name, self.max_size)
        if place is None:
            session.journal.warn(FULL, f"The queue {self.name} is full")
            return verb.report(session, "queue-full")
        try:
            with session.timed():
                return await _Stay(session, place, verb).run()
        finally:
            session.services.queues.leave(place)

    def report(self, session: CallSession, result: str, place: Place | None = None) -> Fetch | None:
        """Return the request to the action; QueueSid and QueueTime only if the call waited."""
        session.journal.happened("left the queue", result)
        if self.action is None:
            return None
        waited = _waited(session, place) if place else ()
        # Even after hanging up, although Dial and Record then say that the call is completed.
        status = "in-progress"
        return Fetch(self.action, self.method, (("QueueResult", result), *waited), status)

    def _resolved_action(self, session: CallSession) -> str | None:
        try:
            return None if self.action is None else session.resolve(self.action)
        except WebhookError as error:
            message = f"Invalid action of <Enqueue>: {error.message}"
            raise TwimlError(WRONG_ACTION, message, error.url) from error


class _Stay:
    """One call's stay in a queue and with the call that dequeues it."""

    def __init__(self, session: CallSession, place: Place, verb: Enqueue) -> None:
        self._session = session
        self._place = place
        self._verb = verb
        self._is_bridged = False

    async def run(self) -> Step:
        with (
            self._session.exit_requests.for_hang_up(
                lambda: self._report(self._either("hangup", "bridged"))
            ),
            self._session.exit_requests.for_redirect(
                lambda: self._report(self._either("redirected", "redirected-from-bridged"))
            ),
        ):
            result = await self._result()
        if isinstance(result, End):
            self._session.exit_requests.on_hang_up = lambda: self._report("hangup")
            return result
        return self._report(result)

    def _either(self, waiting: str, bridged: str) -> str:
        return bridged if self._is_bridged else waiting

    def _report(self, result: str) -> Fetch | None:
        return self._verb.report(self._session, result, self._place)

    async def _result(self) -> str | End:
        """Wait until the wait document leaves the queue or the call is dequeued."""
        place = self._place
        music, _ = await first_of(self._wait(), place.called.wait())
        if not place.called.is_set():
            is_over(music)
            return music.result()
        return await self._bridge()

    async def _wait(self) -> str | End:
        """Repeat the wait document; return how it left the queue."""
        session = self._session
        try:
            step = await stay(session, self._verb.music, "queue wait", self._params, again=True)
        except (WebhookError, TwimlError) as error:
            session.journal.alert(error.code, error.message)
            return "error"
        return step if isinstance(step, End) else "leave"

    async def _bridge(self) -> str:
        """Play the announcement, then stay connected until either side leaves."""
        place = self._place
        announced, _ = await first_of(self._announcement(), place.over.wait())
        if place.over.is_set():
            return "bridging-in-process"
        is_over(announced)
        self._is_bridged = True
        place.ready.set()
        await place.over.wait()
        return "bridged"

    async def _announcement(self) -> None:
        """Play the other side's announcement; connect even if its document is bad."""
        session, turn = self._session, self._place.turn
        if turn is None or not turn.announcement.url:
            return
        other = (("DequeingCallSid", turn.call_sid),)  # spelled so by Twilio
        try:
            await session.follow(
                turn.announcement,
                "queue announcement",
                lambda: (*_waited(session, self._place), *other),
            )
        except (WebhookError, TwimlError) as error:
            session.journal.alert(error.code, error.message)

    def _params(self) -> Fields:
        """Return the fields of each request for the wait document."""
        session, place = self._session, self._place
        queue = session.services.queues.get(place.member.queue_sid)
        if queue is None:
            return ()
        now, members = session.clock.now(), queue.members
        waits = [(now - member.since).total_seconds() for member in members]
        position = members.index(place.member) + 1 if place.member in members else 0
        return (
            *_waited(session, place),
            ("QueuePosition", str(position)),
            ("AvgQueueTime", str(round(sum(waits) / len(waits)) if waits else 0)),
            ("CurrentQueueSize", str(len(members))),
            ("MaxQueueSize", str(queue.max_size)),
        )


@dataclass(frozen=True)
class LeaveQueue:
    """Leave the queue; the call continues after its <Enqueue>."""

    @classmethod
    def read(cls, source: Source) -> "LeaveQueue":
        return cls()

    async def run(self, session: CallSession) -> Step:
        session.journal.note("Leave")
        if not session.services.queues.holds(session.sid):
            session.journal.warn(
                NOT_KNOWN, "<Leave> only works in a queue, and this call isn't in one"
            )
            return None
        return Leave()


def _waited(session: CallSession, place: Place) -> Fields:
    waited_s = session.services.queues.waited_s(place)
    return (("QueueSid", place.member.queue_sid), ("QueueTime", str(waited_s)))


def _checked(session: CallSession, name: str, music: Music) -> Music:
    """Return the music with an absolute URL; raise TwimlError if the verb is invalid."""
    if not name:
        raise TwimlError(NAME_TOO_SHORT, "<Enqueue> has no queue name")
    if len(name) > QUEUE_NAME_LIMIT:
        raise TwimlError(
            NAME_TOO_LONG, f"A queue name must have at most {QUEUE_NAME_LIMIT} characters"
        )
    try:
        return resolved(session, music)
    except WebhookError as error:
        raise TwimlError(
            WRONG_WAIT_URL, f"Invalid waitUrl of <Enqueue>: {error.message}"
        ) from error
