"""The calls that are not over: what runs each of them, and how it ends."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Literal

from deskphone.account.store import Store
from deskphone.clock import Clock
from deskphone.line import fields
from deskphone.line.calls.progress import Progress
from deskphone.line.recording.recorder import Recorder
from deskphone.line.session.legs import Leg
from deskphone.line.session.session import CallSession
from deskphone.line.session.steps import Fetch
from deskphone.line.tasks import Tasks
from deskphone.records.call import Call, CallStatus
from deskphone.webhooks.sender import Webhooks
from deskphone.webhooks.webhook import Webhook, WebhookError

PickedUp = Literal["answer", "machine", "decline"]
"""What becomes of a handset that rings."""


class WrongStateError(Exception):
    """The call is not in a state for what was asked of it; the text says which it is in."""


@dataclass
class LiveCall:
    """A call that is not over: what runs it and what the handset may do.

    `stopped` has run it before and may not have let go of it yet.
    """

    session: CallSession
    picked_up: asyncio.Future[PickedUp]
    leg: Leg | None = None
    task: asyncio.Task[None] | None = None
    stopped: list[asyncio.Task[None]] = field(default_factory=list[asyncio.Task[None]])
    limit_changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def sid(self) -> str:
        return self.session.sid

    @property
    def call(self) -> Call:
        """Return the record as it is now."""
        return self.session.call


class LiveCalls:
    """All live calls by SID. Each runs in a task of its own."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        webhooks: Webhooks,
        progress: Progress,
        recorder: Recorder,
        open_session: Callable[[str], CallSession],
    ) -> None:
        """`open_session` makes the session of a new call, by its SID."""
        self._store = store
        self._clock = clock
        self._webhooks = webhooks
        self._progress = progress
        self._recorder = recorder
        self._open_session = open_session
        self._live: dict[str, LiveCall] = {}
        self._tasks = Tasks(store)

    def start(
        self,
        call: Call,
        run: Callable[[LiveCall], Awaitable[None]],
        leg: Leg | None = None,
    ) -> LiveCall:
        """Take in a new call and run it."""
        live = LiveCall(
            self._open_session(call.sid), asyncio.get_running_loop().create_future(), leg
        )
        self._live[call.sid] = live
        self.run(live, lambda: run(live))
        return live

    def run(self, live: LiveCall, run: Callable[[], Awaitable[None]]) -> None:
        """Let something else run a live call from now on."""
        sid = live.sid
        live.task = self._tasks.start(sid, run, lambda: self.finish(sid, "failed"))

    def beside(self, live: LiveCall, run: Callable[[], Awaitable[None]]) -> None:
        """Let something run beside a live call; it does not end with the call."""
        self._tasks.start(live.sid, run)

    def found(self, sid: str) -> LiveCall:
        """Return a live call; raise WrongStateError when there is none or it is over."""
        live, call = self._live.get(sid), self._store.calls.get(sid)
        if call is None:
            raise WrongStateError("There is no such call.")
        if live is None:
            raise WrongStateError(f"The call is over ({call.status}).")
        return live

    def is_live(self, sid: str) -> bool:
        return sid in self._live

    def connect(self, sid: str) -> None:
        """The call is answered."""
        self.put(replace(self._live[sid].call, status="in-progress", answered=self._clock.now()))
        self._store.note(sid, "event", "answered")

    def limit(self, sid: str, seconds: int) -> None:
        """Let the call last so many seconds from its answer."""
        live = self.found(sid)
        self.put(replace(live.call, time_limit_s=seconds))
        live.limit_changed.set()

    def hang_up(self, sid: str) -> None:
        """End a call that may be over already."""
        if self.is_live(sid):
            self.end(sid)

    def end(self, sid: str) -> None:
        """End the call whatever it is doing: canceled before the answer, otherwise completed."""
        live = self.found(sid)
        call = live.call
        if live.task is not None:
            live.task.cancel()
        if call.status == "in-progress":
            self.finish(sid, "completed")
        else:
            self.finish(sid, "no-answer" if call.direction == "inbound" else "canceled")

    def finish(self, sid: str, status: CallStatus) -> None:
        """The call is over; nothing happens when it was already."""
        live = self._live.pop(sid, None)
        call = self._store.calls.get(sid)
        if live is None or call is None:
            return
        owed = (
            self._owed(live, live.session.owed.on_hang_up) if call.status == "in-progress" else None
        )
        call = live.call  # with what the verb has noted meanwhile
        ended = replace(call, status=status, ended=self._clock.now(), wants=(), connected_to=None)
        self.put(ended)
        self._store.note(sid, "event", status)
        self._recorder.finish_all(sid)
        # A call that never left the queue fires no callbacks (twilio.com/docs/voice/twiml).
        if call.dialed is not None:
            self._progress.report(sid, "completed")
        if live.leg is not None:
            live.leg.end(status)
        self._ask_beside(live, owed)

    def part(self, live: LiveCall) -> None:
        """Stop what runs, for the call is sent elsewhere from outside.

        The verb makes the request that it owes then, and no other one should the call end as well.
        """
        self._ask_beside(live, self._owed(live, live.session.owed.on_redirect))
        live.session.owed.cancel()
        # At once: what is to run next may be stopped itself before it begins.
        if live.task is not None:
            live.task.cancel()
            live.stopped.append(live.task)

    def _ask_beside(self, live: LiveCall, owed: Fetch | None) -> None:
        """Make a request whose answer is not used."""
        if owed is not None:
            form = (*fields.of_call(live.call), *owed.params)
            webhook = Webhook(live.sid, "instructions", owed.url, owed.method, form)
            self._tasks.start(live.sid, lambda: self._request(webhook))

    def _owed(self, live: LiveCall, request: Callable[[], Fetch | None]) -> Fetch | None:
        """Return the request that a verb owes when the call leaves it in its midst."""
        try:
            return request()
        except WebhookError as error:
            self._store.alert(live.sid, error.code, error.message)
            return None

    async def _request(self, webhook: Webhook) -> None:
        try:
            await self._webhooks.request(webhook)
        except WebhookError as error:
            self._store.alert(webhook.resource_sid, error.code, error.message)

    def put(self, call: Call) -> None:
        """Store a changed call."""
        self._store.calls.put(replace(call, updated=self._clock.now()))

    def cancel(self) -> list[asyncio.Task[None]]:
        """Drop all calls without a word, for a reset or the end; return what ends with them."""
        self._live.clear()
        return self._tasks.cancel()
