"""The exchange: places calls, rings handsets, and passes on what people do with them."""

import asyncio
from collections.abc import Callable
from copy import copy

from deskphone.account.sids import new_sid
from deskphone.account.store import Store
from deskphone.clock import Clock
from deskphone.line.calls.answering import Answering
from deskphone.line.calls.legs import Leg, LegRequest
from deskphone.line.calls.lifecycle import Lifecycle
from deskphone.line.calls.live_calls import LiveCall, LiveCalls, PickedUp, WrongStateError
from deskphone.line.calls.player import Player
from deskphone.line.calls.progress import Progress
from deskphone.line.calls.services import Services, TextSender
from deskphone.line.calls.session import CallSession
from deskphone.line.calls.steps import Heard, Silence, Speech, Step
from deskphone.line.conferences.announcements import Announcements
from deskphone.line.conferences.rooms import ConferenceRooms
from deskphone.line.fields import Fields
from deskphone.line.queued_calls import QueuedCalls
from deskphone.line.recording.recorder import Recorder
from deskphone.line.status_reports import StatusReports
from deskphone.line.verbs import DIALECTS
from deskphone.records.call import Call
from deskphone.records.instructions import Instructions, StatusCallback
from deskphone.records.phone_number import PhoneNumber
from deskphone.webhooks.sender import Webhooks

RING_LONGER_S = 5
"""Twilio always adds this to the timeout of a <Dial> (twilio.com/docs/voice/twiml/dial)."""


class Exchange:
    """What can be done to calls from outside: by the REST API, by people, by other calls."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        webhooks: Webhooks,
        reports: StatusReports,
        recorder: Recorder,
        texts: TextSender,
    ) -> None:
        progress = Progress(store, clock, reports, recorder)
        self._store = store
        self._clock = clock
        self._webhooks = webhooks
        self._calls = LiveCalls(store, clock, webhooks, progress, recorder)
        answering = Answering(clock, self._calls, recorder, reports)
        self._lifecycle = Lifecycle(store, clock, webhooks, progress, self._calls, answering)
        self.queues = QueuedCalls(store, clock)
        self.conferences = ConferenceRooms(store, clock, reports, recorder, self._end_live)
        self.announcements = Announcements(store, self.conferences)
        self._services = Services(
            dialler=self,
            follow=self._follow,
            queues=self.queues,
            conferences=self.conferences,
            announcements=self.announcements,
            recorder=recorder,
            reports=reports,
            texts=texts,
        )

    def place(self, call: Call, afterwards: Callable[[], None] = lambda: None) -> None:
        """Take a call that the REST API created and dial it.

        `afterwards` is called when it is over, or when it was sent elsewhere.
        """

        async def run(live: LiveCall) -> None:
            try:
                await self._lifecycle.outgoing(live)
            finally:
                afterwards()

        self._calls.start(call, self._services, run)

    def ring(self, caller: str, number: PhoneNumber) -> Call:
        """Somebody calls one of the account's numbers; return the new call."""
        now = self._clock.now()
        callback = StatusCallback(number.status_callback, number.status_callback_method)
        call = Call(
            sid=new_sid("CA"),
            to=number.phone_number,
            sender=caller,
            direction="inbound",
            status="ringing",
            created=now,
            updated=now,
            dialled=now,
            phone_number_sid=number.sid,
            callback=callback if number.status_callback else None,
            instructions=Instructions(
                number.voice_url,
                number.voice_method,
                number.voice_fallback_url,
                number.voice_fallback_method,
            ),
        )
        self._store.calls.put(call)
        self._calls.start(call, self._services, self._lifecycle.incoming)
        return call

    def dial(self, parent_sid: str, request: LegRequest) -> Leg:
        """A call dials another phone; return its leg."""
        now = self._clock.now()
        call = Call(
            sid=new_sid("CA"),
            to=request.to,
            sender=request.sender,
            direction="outbound-dial",
            status="ringing",
            created=now,
            updated=now,
            dialled=now,
            parent_call_sid=parent_sid,
            callback=request.callback,
            instructions=Instructions(),
            timeout_s=request.timeout_s + RING_LONGER_S,
            time_limit_s=request.time_limit_s,
        )
        self._store.calls.put(call)
        leg = Leg(call.sid)
        self._calls.start(
            call, self._services, lambda live: self._lifecycle.dialled(live, request), leg
        )
        return leg

    def release(self, leg: Leg) -> None:
        """Hang up a leg that is not over and was not sent elsewhere."""
        if not leg.left:
            self._end_live(leg.sid)

    def answer(self, sid: str) -> None:
        """The handset that rings is picked up."""
        self._pick_up(sid, "answer")

    def answer_by_machine(self, sid: str) -> None:
        """An answering machine picks up."""
        self._pick_up(sid, "machine")

    def decline(self, sid: str) -> None:
        """The handset that rings refuses the call."""
        self._pick_up(sid, "decline")

    def press(self, sid: str, digits: str) -> None:
        """Keys on the handset."""
        self._pass_on(sid, *digits, what="Keys")
        self._store.note(sid, "event", "keys", digits)

    def speak(self, sid: str, text: str, *, final: bool) -> None:
        """The person says something; not final while they are still speaking."""
        self._pass_on(sid, Speech(text, final), what="Words")
        if final:
            self._store.note(sid, "event", "speech", text)

    def fall_silent(self, sid: str) -> None:
        """The person says nothing more."""
        self._pass_on(sid, Silence(), what="Silence")
        self._store.note(sid, "event", "silence")

    def hang_up(self, sid: str) -> None:
        """The handset hangs up; while it rings that is to decline."""
        call = self._calls.found(sid).call
        if call.direction != "inbound" and call.status != "in-progress":
            self.decline(sid)
            return
        self._store.note(sid, "event", "hung up", "by the handset")
        self.end(sid)

    def end(self, sid: str) -> None:
        """End the call whatever it is doing: canceled before the answer, otherwise completed."""
        self._calls.end(sid)

    def limit(self, sid: str, seconds: int) -> None:
        """Let a call last so many seconds from its answer, no more."""
        self._calls.limit(sid, seconds)

    def redirect(self, sid: str, instructions: Instructions) -> None:
        """Send a call in progress to other instructions, at once."""
        live = self._calls.found(sid)
        self._store.note(sid, "event", "redirected", "by the REST API")
        self._calls.part(live)
        self._calls.run(live, lambda: self._lifecycle.redirected(live, instructions))

    def _end_live(self, sid: str) -> None:
        """End a call that may be over already."""
        if self._calls.is_live(sid):
            self._calls.end(sid)

    def cancel(self) -> list[asyncio.Task[None]]:
        """Drop all calls without a word, for a reset or the end; return what ends with them."""
        return self._calls.cancel()

    async def _follow(
        self,
        session: CallSession,
        instructions: Instructions,
        dialect: str,
        params: Callable[[], Fields],
    ) -> Step:
        # A copy: the URLs of these documents are not those of the document that waits for them.
        beside = copy(session)
        player = Player(beside, self._webhooks, instructions, DIALECTS[dialect], params)
        return await player.follow()

    def _pass_on(self, sid: str, *heard: Heard, what: str) -> None:
        live = self._calls.found(sid)
        if live.call.status != "in-progress":
            raise WrongStateError(
                f"{what} need a call in progress; this one is {live.call.status}."
            )
        live.session.hear(*heard)

    def _pick_up(self, sid: str, what: PickedUp) -> None:
        live = self._calls.found(sid)
        call = live.call
        if call.status != "ringing" or call.direction == "inbound" or live.picked_up.done():
            raise WrongStateError(f"Only a ringing handset can {what}; this call is {call.status}.")
        live.picked_up.set_result(what)
        if what != "decline":  # at once: the next thing that the person does finds them in a call
            self._calls.connect(sid)
