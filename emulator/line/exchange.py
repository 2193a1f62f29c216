"""The exchange.

Places calls, rings handsets, connects them to the player and reports their progress.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Literal

from emulator.clock import Clock
from emulator.line.player import Player
from emulator.line.progress import Progress
from emulator.line.session import CallSession, End
from emulator.line.tasks import Tasks
from emulator.twilio.records import (
    Call,
    CallStatus,
    Instructions,
    PhoneNumber,
    StatusCallback,
)
from emulator.twilio.sids import new_sid
from emulator.twilio.store import Store
from emulator.webhooks import Webhooks

DIALLING_S = 0.1
RINGING_AFTER_S = 0.2
"""How long a call takes to leave the queue and to reach the handset. Only the order is Twilio's."""


class WrongStateError(Exception):
    """The call is not in a state for what was asked of it; the text says which it is in."""


@dataclass
class LiveCall:
    """A call that is not over: what runs it and what the handset may do."""

    session: CallSession
    picked_up: asyncio.Future[Literal["answer", "decline"]]
    task: asyncio.Task[None] | None = None


class Exchange:
    """All live calls by SID. Each runs in a task of its own."""

    def __init__(self, store: Store, clock: Clock, webhooks: Webhooks, progress: Progress) -> None:
        self._store = store
        self._clock = clock
        self._webhooks = webhooks
        self._progress = progress
        self._live: dict[str, LiveCall] = {}
        self._tasks = Tasks(store)

    def place(self, call: Call) -> None:
        """Take a call that the REST API created and dial it."""
        self._start(call, self._outgoing)

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
        self._start(call, self._incoming)
        return call

    def answer(self, sid: str) -> None:
        """The handset that rings is picked up."""
        self._pick_up(sid, "answer")

    def decline(self, sid: str) -> None:
        """The handset that rings refuses the call."""
        self._pick_up(sid, "decline")

    def press(self, sid: str, digits: str) -> None:
        """Keys on the handset."""
        live, call = self._found(sid)
        if call.status != "in-progress":
            raise WrongStateError(f"Keys need a call in progress; this one is {call.status}.")
        self._store.note(sid, "event", "keys", digits)
        live.session.press(digits)

    def hang_up(self, sid: str) -> None:
        """The handset hangs up; while it rings that is to decline."""
        _, call = self._found(sid)
        if call.direction == "outbound-api" and call.status != "in-progress":
            self.decline(sid)
            return
        self._store.note(sid, "event", "hung up", "by the handset")
        self.end(sid)

    def end(self, sid: str) -> None:
        """End the call whatever it is doing: canceled before the answer, otherwise completed."""
        live, call = self._found(sid)
        if live.task is not None:
            live.task.cancel()
        if call.status == "in-progress":
            self._finish(sid, "completed")
        else:
            self._finish(sid, "no-answer" if call.direction == "inbound" else "canceled")

    def redirect(self, sid: str, instructions: Instructions) -> None:
        """Send a call in progress to other instructions, at once."""
        live, _ = self._found(sid)
        self._store.note(sid, "event", "redirected", "by the REST API")
        before = live.task
        self._run(live, lambda: self._play_instead(live, before, instructions))

    def cancel(self) -> list[asyncio.Task[None]]:
        """Drop all calls without a word, for a reset or the end; return what ends with them."""
        self._live.clear()
        return self._tasks.cancel()

    def _start(self, call: Call, run: Callable[[LiveCall], Awaitable[None]]) -> None:
        session = CallSession(
            call.sid, self._store, self._clock, self._webhooks, lambda: self._connect(call.sid)
        )
        live = LiveCall(session, asyncio.get_running_loop().create_future())
        self._live[call.sid] = live
        self._run(live, lambda: run(live))

    def _run(self, live: LiveCall, run: Callable[[], Awaitable[None]]) -> None:
        sid = live.session.sid
        live.task = self._tasks.start(sid, run, lambda: self._finish(sid, "failed"))

    async def _outgoing(self, live: LiveCall) -> None:
        sid = live.session.sid
        await self._clock.sleep(DIALLING_S)
        self._put(replace(live.session.call, dialled=self._clock.now()))
        self._progress.report(sid, "initiated")
        await self._clock.sleep(RINGING_AFTER_S)
        if self._store.number(live.session.call.to):
            self._store.alert(sid, None, "Calls between the account's own numbers are not emulated")
            self._finish(sid, "failed")
            return
        self._put(replace(live.session.call, status="ringing"))
        self._store.note(sid, "event", "ringing")
        self._progress.report(sid, "ringing")
        outcome = await self._wait_for_handset(live)
        if outcome != "answer":
            self._finish(sid, "busy" if outcome == "decline" else "no-answer")
            return
        self._connect(sid)
        self._progress.report(sid, "answered")
        await self._play(live, live.session.call.instructions)

    async def _incoming(self, live: LiveCall) -> None:
        call = live.session.call
        self._store.note(call.sid, "event", "ringing")
        if not call.instructions.url:
            self._store.alert(
                call.sid, None, f"The number {call.to} has no VoiceUrl, so nobody answers"
            )
            self._finish(call.sid, "failed")
            return
        await self._play(live, call.instructions)

    async def _wait_for_handset(self, live: LiveCall) -> str | None:
        timer = asyncio.ensure_future(self._clock.sleep(live.session.call.timeout_s))
        try:
            await asyncio.wait((live.picked_up, timer), return_when=asyncio.FIRST_COMPLETED)
            return live.picked_up.result() if live.picked_up.done() else None
        finally:
            timer.cancel()

    async def _play_instead(
        self, live: LiveCall, before: asyncio.Task[None] | None, instructions: Instructions
    ) -> None:
        """Play other instructions once what ran before has let go of the call."""
        if before is not None:
            before.cancel()
            await asyncio.wait([before])
        if live.session.sid in self._live:  # it may have ended in the same instant
            await self._play(live, instructions)

    async def _play(self, live: LiveCall, instructions: Instructions) -> None:
        """Run TwiML until it ends the call or the call's time is over."""
        session = live.session
        limit = asyncio.ensure_future(self._clock.sleep(self._time_left_s(session.call)))
        player = asyncio.ensure_future(Player(session, self._webhooks, instructions).play())
        try:
            await asyncio.wait((player, limit), return_when=asyncio.FIRST_COMPLETED)
            end = player.result() if player.done() else End("completed")
        finally:
            for task in (player, limit):
                task.cancel()
            await asyncio.gather(player, limit, return_exceptions=True)
        self._finish(session.sid, end.status)

    def _time_left_s(self, call: Call) -> float:
        """Seconds until the call's time limit, which counts from the answer."""
        if call.answered is None:
            return call.time_limit_s
        return call.time_limit_s - (self._clock.now() - call.answered).total_seconds()

    def _connect(self, sid: str) -> None:
        call = self._live[sid].session.call
        self._put(replace(call, status="in-progress", answered=self._clock.now()))
        self._store.note(sid, "event", "answered")

    def _finish(self, sid: str, status: CallStatus) -> None:
        live = self._live.pop(sid, None)
        call = self._store.calls.get(sid)
        if live is None or call is None:
            return
        self._put(replace(call, status=status, ended=self._clock.now(), wants=()))
        self._store.note(sid, "event", status)
        # A call that never left the queue fires no callbacks (twilio.com/docs/voice/twiml).
        if call.dialled is not None:
            self._progress.report(sid, "completed")

    def _put(self, call: Call) -> None:
        self._store.calls.put(replace(call, updated=self._clock.now()))

    def _pick_up(self, sid: str, what: Literal["answer", "decline"]) -> None:
        live, call = self._found(sid)
        if call.status != "ringing" or call.direction == "inbound" or live.picked_up.done():
            raise WrongStateError(f"Only a ringing handset can {what}; this call is {call.status}.")
        live.picked_up.set_result(what)

    def _found(self, sid: str) -> tuple[LiveCall, Call]:
        live, call = self._live.get(sid), self._store.calls.get(sid)
        if call is None:
            raise WrongStateError("There is no such call.")
        if live is None:
            raise WrongStateError(f"The call is over ({call.status}).")
        return live, call
