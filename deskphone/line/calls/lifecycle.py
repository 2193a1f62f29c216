"""The life of a call: dialed, ringing, answered, its TwiML, the end."""

import asyncio
from dataclasses import replace

from deskphone.account.store import Store
from deskphone.account.trial import CALL_CUT, CALL_CUT_MESSAGE, CALL_LIMIT_S, CALL_MESSAGE
from deskphone.clock import Clock
from deskphone.line import fields
from deskphone.line.calls import attestation
from deskphone.line.calls.answering import Answering
from deskphone.line.calls.live_calls import LiveCall, LiveCalls, PickedUp
from deskphone.line.calls.player import Player
from deskphone.line.calls.progress import Progress
from deskphone.line.fields import Fields
from deskphone.line.session.legs import Leg, LegRequest
from deskphone.line.session.steps import End, Step
from deskphone.line.verbs.table import DIALECTS
from deskphone.line.waiting import first_of, is_over
from deskphone.records.call import Call
from deskphone.records.instructions import Instructions
from deskphone.sound.tones import keys
from deskphone.webhooks.sender import Webhooks

DIALING_S = 0.1
RINGING_AFTER_S = 0.2
"""How long a call takes to leave the queue and reach the handset. Only the order is Twilio's."""


KEY_WITHIN_S = 5
"""How long a call waits for a key after the message of a trial account."""


class Lifecycle:
    """Runs each kind of call from the start; `LiveCalls` has its state."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        webhooks: Webhooks,
        progress: Progress,
        calls: LiveCalls,
        answering: Answering,
    ) -> None:
        self._store = store
        self._clock = clock
        self._webhooks = webhooks
        self._progress = progress
        self._calls = calls
        self._answering = answering

    async def outgoing(self, live: LiveCall) -> None:
        """Run a call that the REST API created."""
        await self._clock.sleep(DIALING_S)
        self._calls.put(replace(live.call, dialed=self._clock.now()))
        self._progress.report(live.sid, "initiated")
        if await self._ring(live):
            by_machine = live.picked_up.result() == "machine"
            begun, _ = await first_of(
                self._answering.begin(live, by_machine=by_machine), self._end_in_time(live)
            )
            if is_over(begun) and self._calls.is_live(live.sid):
                call = live.call
                opening = (*attestation.of_outgoing(call), *fields.of_detection(call))
                await self._begin(live, opening)

    async def incoming(self, live: LiveCall) -> None:
        """Run a call from a person to one of the account's numbers."""
        call = live.call
        self._store.note(call.sid, "event", "ringing")
        if not call.instructions.url:
            message = f"{call.to} has no VoiceUrl. Set one on the phone page, under Numbers."
            self._store.alert(call.sid, None, message)
            self._calls.finish(call.sid, "failed")
            return
        trial = self._store.trial
        refusal = trial and trial.caller_refusal(call.sender, self._clock.now())
        if refusal:
            self._store.alert(call.sid, refusal.code, refusal.message)
            self._calls.finish(call.sid, "failed")
            return
        await self._begin(live, attestation.of_incoming(call))

    async def from_client(self, live: LiveCall, opening: Fields) -> None:
        """Run a call that a client makes through a TwiML application.

        `opening` are the additional fields of the first request.
        """
        self._store.note(live.sid, "event", "ringing")
        if not live.call.instructions.url:
            self._store.alert(live.sid, None, "The TwiML application has no VoiceUrl. Set one.")
            self._calls.finish(live.sid, "failed")
            return
        await self._begin(live, opening)

    def start_leg(self, call: Call, request: LegRequest, leg: Leg) -> None:
        """Start a call that another call dials."""
        self._calls.start(call, lambda live: self._dialed(live, request), leg)

    async def _dialed(self, live: LiveCall, request: LegRequest) -> None:
        """Run a leg of a <Dial>: never queued, with the whisper before it is connected."""
        self._progress.report(live.sid, "initiated")
        if await self._ring(live):
            talked, _ = await first_of(self._talk(live, request), self._end_in_time(live))
            is_over(talked)
            self._calls.finish(live.sid, "completed")

    async def _talk(self, live: LiveCall, request: LegRequest) -> None:
        """Play the whisper to the person who answered, then connect them until the leg is over."""
        if live.leg is None:
            raise RuntimeError("a dialed call has a leg")
        if request.send_digits:
            live.session.journal.note("Play", digits=request.send_digits)
            await live.session.hear(keys(request.send_digits))
        if request.url:
            whisper = Instructions(request.url, request.method)
            if isinstance(await self._player(live, whisper, "whisper").play(), End):
                return
        live.leg.connect()
        await live.leg.over.wait()

    async def redirected(self, live: LiveCall, instructions: Instructions) -> None:
        """Play other instructions once the previous ones have released the call."""
        if live.stopped:
            await asyncio.wait(live.stopped)
            live.stopped.clear()
        if live.leg is not None:
            live.leg.leave()
            live.leg = None
        live.session.updated = True
        if self._calls.is_live(live.sid):  # it may have ended at the same instant
            await self._play(live, instructions)

    async def _ring(self, live: LiveCall) -> bool:
        """Ring the handset and return whether it was answered. If not, the call is over."""
        sid = live.sid
        await self._clock.sleep(RINGING_AFTER_S)
        if self._store.number(live.call.to):
            self._store.alert(sid, None, "Calls between the account's own numbers aren't emulated")
            self._calls.finish(sid, "failed")
            return False
        if live.picked_up.done() and live.picked_up.result() == "unreachable":
            self._calls.finish(sid, "no-answer")
            return False
        if not live.picked_up.done():  # a quick person is already in the call
            self._calls.put(replace(live.call, status="ringing"))
            self._store.note(sid, "event", "ringing")
        self._progress.report(sid, "ringing")
        outcome = await self._picked_up(live)
        if outcome not in ("answer", "machine"):
            self._calls.finish(sid, "busy" if outcome == "decline" else "no-answer")
            return False
        self._progress.report(sid, "answered")
        return True

    async def _picked_up(self, live: LiveCall) -> PickedUp | None:
        await first_of(asyncio.shield(live.picked_up), self._clock.limit(live.call.timeout_s))
        return live.picked_up.result() if live.picked_up.done() else None

    async def _begin(self, live: LiveCall, opening: Fields = ()) -> None:
        """Run the call's TwiML; on a trial account, after a key ends the message."""
        if self._store.trial and not await self._waits_for_key(live):
            self._calls.finish(live.sid, "completed")
            return
        await self._play(live, live.call.instructions, opening)

    async def _waits_for_key(self, live: LiveCall) -> bool:
        """Let the person hear the message of a trial account; return whether a key ended it."""
        session = live.session
        session.answer()
        message = await session.spoken(CALL_MESSAGE)
        session.journal.note("Say", CALL_MESSAGE)
        session.handset.forget()
        with session.journal.wanting("keys"):
            wait = session.hear(message.lasting(message.seconds + KEY_WITHIN_S))
            return await session.handset.next_key(wait) is not None

    async def _play(self, live: LiveCall, instructions: Instructions, opening: Fields = ()) -> None:
        """Run TwiML until it ends the call or the call reaches its time limit.

        `opening` are additional fields of the first request.
        """
        player = self._player(live, instructions, opening=opening)
        played, _ = await first_of(player.play(), self._end_in_time(live))
        step: Step = played.result() if is_over(played) else End("completed")
        if not isinstance(step, End):
            live.session.answer()
            step = End("completed")
        self._calls.finish(live.sid, step.status)

    def _player(
        self,
        live: LiveCall,
        instructions: Instructions,
        dialect: str = "voice",
        opening: Fields = (),
    ) -> Player:
        return Player(
            live.session, self._webhooks, instructions, DIALECTS[dialect], opening=opening
        )

    async def _end_in_time(self, live: LiveCall) -> None:
        """End the call at its time limit, while its verb can still post to its action."""
        await self._time_is_over(live)
        if self._store.trial and live.call.time_limit_s > CALL_LIMIT_S:
            self._store.alert(live.sid, CALL_CUT, CALL_CUT_MESSAGE, "warning")
        self._calls.finish(live.sid, "completed" if live.session.answered else "no-answer")

    async def _time_is_over(self, live: LiveCall) -> None:
        """Return when the call reaches its time limit, which may change in the meantime."""
        while (left_s := self._time_left_s(live.call)) > 0:
            live.limit_changed.clear()
            await first_of(self._clock.limit(left_s), live.limit_changed.wait())

    def _time_left_s(self, call: Call) -> float:
        """Seconds until the call's time limit, which counts from the answer.

        An unanswered caller gives up after the same time.
        """
        since = call.answered or call.created
        limit_s = min(call.time_limit_s, CALL_LIMIT_S) if self._store.trial else call.time_limit_s
        return limit_s - (self._clock.now() - since).total_seconds()
