"""The live calls: what runs each of them, and how it ends."""

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

PickedUp = Literal["answer", "machine", "decline", "unreachable"]
"""What can happen to a ringing handset."""


class WrongStateError(Exception):
    """The call is in the wrong state for an action; the message says which state."""


@dataclass
class LiveCall:
    """A live call: what runs it, and what the handset does.

    `stopped` is the previous task, which may not have released the call yet.
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
        """Return the current record."""
        return self.session.call


class LiveCalls:
    """All live calls by SID. Each runs in its own task."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        webhooks: Webhooks,
        progress: Progress,
        recorder: Recorder,
        open_session: Callable[[str], CallSession],
    ) -> None:
        """`open_session` creates the session of a new call by its SID."""
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
        """Add a new call and run it."""
        live = LiveCall(
            self._open_session(call.sid), asyncio.get_running_loop().create_future(), leg
        )
        self._live[call.sid] = live
        self.run(live, lambda: run(live))
        return live

    def run(self, live: LiveCall, run: Callable[[], Awaitable[None]]) -> None:
        """Run a live call with a different task from now on."""
        sid = live.sid
        live.task = self._tasks.start(sid, run, lambda: self.finish(sid, "failed"))

    def run_alongside(self, live: LiveCall, run: Callable[[], Awaitable[None]]) -> None:
        """Run a task alongside a live call; it doesn't end with the call."""
        self._tasks.start(live.sid, run)

    def found(self, sid: str) -> LiveCall:
        """Return a live call; raise WrongStateError if it doesn't exist or is over."""
        live, call = self._live.get(sid), self._store.calls.get(sid)
        if call is None:
            raise WrongStateError("Call not found.")
        if live is None:
            raise WrongStateError(f"The call has already ended ({call.status}).")
        return live

    def is_live(self, sid: str) -> bool:
        return sid in self._live

    def connect(self, sid: str) -> None:
        """Mark the call as answered."""
        self.put(replace(self._live[sid].call, status="in-progress", answered=self._clock.now()))
        self._store.note(sid, "event", "answered")

    def limit(self, sid: str, seconds: int) -> None:
        """Set the call's time limit, in seconds from its answer."""
        live = self.found(sid)
        self.put(replace(live.call, time_limit_s=seconds))
        live.limit_changed.set()

    def hang_up(self, sid: str) -> None:
        """End a call, unless it is already over."""
        if self.is_live(sid):
            self.end(sid)

    def end(self, sid: str) -> None:
        """End the call in any state: canceled if it wasn't answered, otherwise completed."""
        live = self.found(sid)
        call = live.call
        if live.task is not None:
            live.task.cancel()
        if call.status == "in-progress":
            self.finish(sid, "completed")
        else:
            self.finish(sid, "no-answer" if call.direction == "inbound" else "canceled")

    def finish(self, sid: str, status: CallStatus) -> None:
        """Finish the call, unless it is already over."""
        live = self._live.pop(sid, None)
        call = self._store.calls.get(sid)
        if live is None or call is None:
            return
        exit_request = (
            self._exit_request(live, live.session.exit_requests.on_hang_up)
            if call.status == "in-progress"
            else None
        )
        call = live.call  # with the verb's changes in the meantime
        ended = replace(call, status=status, ended=self._clock.now(), wants=(), connected_to=None)
        self.put(ended)
        self._store.note(sid, "event", status)
        self._recorder.finish_all(sid)
        # A call that never left the queue sends no callbacks (twilio.com/docs/voice/twiml).
        if call.dialed is not None:
            self._progress.report(sid, "completed")
        if live.leg is not None:
            live.leg.end(status)
        self._request_and_ignore(live, exit_request)

    def interrupt(self, live: LiveCall) -> None:
        """Stop what is running, because the call is redirected from outside.

        The verb makes its request for a redirect, and no other one if the call ends too.
        """
        self._request_and_ignore(
            live, self._exit_request(live, live.session.exit_requests.on_redirect)
        )
        live.session.exit_requests.cancel()
        # Immediately: the next task may be stopped before it starts.
        if live.task is not None:
            live.task.cancel()
            live.stopped.append(live.task)

    def _request_and_ignore(self, live: LiveCall, exit_request: Fetch | None) -> None:
        """Make a request and ignore its response."""
        if exit_request is not None:
            form = fields.of_call(live.call, *exit_request.params, status=exit_request.call_status)
            webhook = Webhook(live.sid, "instructions", exit_request.url, exit_request.method, form)
            self._tasks.start(live.sid, lambda: self._request(webhook))

    def _exit_request(self, live: LiveCall, request: Callable[[], Fetch | None]) -> Fetch | None:
        """Return the request that an interrupted verb makes."""
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
        """Cancel all calls silently, for a reset or shutdown; return their tasks."""
        self._live.clear()
        return self._tasks.cancel()
