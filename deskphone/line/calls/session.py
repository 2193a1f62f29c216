"""One call while its TwiML runs: what a verb can do with it."""

import asyncio
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from deskphone.account.store import Store
from deskphone.clock import Clock
from deskphone.line.calls.services import Services
from deskphone.line.calls.steps import Fetch, Heard
from deskphone.line.waiting import first_of, is_over
from deskphone.records.call import Call, Want
from deskphone.records.instructions import StatusCallback
from deskphone.twiml.source import NOT_KNOWN, SHOWN_AS_ERRORS
from deskphone.webhooks.sender import Webhooks
from deskphone.webhooks.urls import join_url
from deskphone.webhooks.webhook import Answer, Webhook, WebhookError

SHORTEST_S = 1.0
"""What is over sooner has taken no time: a document that could not be had may take a moment."""

HEARD_LIMIT = 1000
"""Keys and words that wait for somebody to listen; the oldest are dropped."""


class CallSession:
    """Ties a running document to its call. `answer` makes an incoming call a connected one."""

    def __init__(
        self,
        sid: str,
        store: Store,
        clock: Clock,
        webhooks: Webhooks,
        services: Services,
        on_answer: Callable[[], None],
    ) -> None:
        self.sid = sid
        self.store = store
        self.clock = clock
        self.services = services
        self.document_url = ""
        self.farewell: Callable[[], Fetch | None] = _nothing
        self.parting: Callable[[], Fetch | None] = _nothing
        self._webhooks = webhooks
        self._on_answer = on_answer
        self._heard: asyncio.Queue[Heard] = asyncio.Queue(HEARD_LIMIT)
        self._took_time = False

    @property
    def call(self) -> Call:
        """Return the call as it is now."""
        call = self.store.calls.get(self.sid)
        if call is None:
            raise LookupError(f"call {self.sid} is gone")
        return call

    @property
    def answered(self) -> bool:
        return self.call.answered is not None

    def answer(self) -> None:
        """Connect the call if it is still ringing (most verbs do so first)."""
        if not self.answered:
            self._on_answer()

    def note(self, name: str, text: str = "", **attributes: str) -> None:
        """Write a verb into the timeline."""
        self.store.note(self.sid, "verb", name, text, **attributes)

    def happened(self, name: str, text: str = "", **attributes: str) -> None:
        """Write an event into the timeline."""
        self.store.note(self.sid, "event", name, text, **attributes)

    def warn(self, code: int, message: str) -> None:
        """Show one of Twilio's warnings; the call goes on."""
        level = "error" if code in SHOWN_AS_ERRORS else "warning"
        self.store.alert(self.sid, code, message, level)

    async def wait(self, seconds: float) -> None:
        """Let the call go on for so many seconds."""
        self.takes_time()
        await self.clock.sleep(seconds)

    def takes_time(self) -> None:
        """Tell that this document does something that takes time."""
        self._took_time = True

    @contextmanager
    def timed(self) -> Generator[None]:
        """Find out whether what is done in here takes time: a <Dial> may fail at once."""
        began = self.clock.now()
        yield
        if (self.clock.now() - began).total_seconds() >= SHORTEST_S:
            self.takes_time()

    def took_time(self) -> bool:
        """Whether anything was waited for since this was asked last."""
        took_time, self._took_time = self._took_time, False
        return took_time

    def hear(self, *heard: Heard) -> None:
        """Take keys, words or silence from the handset."""
        for one in heard:
            if self._heard.full():
                self._heard.get_nowait()
            self._heard.put_nowait(one)

    def forget_heard(self) -> None:
        """Drop keys and words that came before anybody listened."""
        while not self._heard.empty():
            self._heard.get_nowait()

    async def next_heard(self, during: Awaitable[None], *kinds: type) -> Heard | None:
        """Return the next key (str), Speech or Silence, of these kinds only; others are dropped.

        Return None when `during` is over first. `during` is stopped when something is heard.
        """
        heard, other = await first_of(self._next(kinds), during)
        if is_over(heard):
            return heard.result()
        is_over(other)
        return None

    async def next_key(self, during: Awaitable[None]) -> str | None:
        """Return the next key, or None when `during` is over first."""
        heard = await self.next_heard(during, str)
        return heard if isinstance(heard, str) else None

    async def _next(self, kinds: tuple[type, ...]) -> Heard:
        while True:
            heard = await self._heard.get()
            if isinstance(heard, kinds):
                return heard

    @contextmanager
    def wanting(self, *what: Want) -> Generator[None]:
        """Tell the page what is waited for from the person."""
        self._change(self.sid, wants=what)
        try:
            yield
        finally:
            self._change(self.sid, wants=())

    @contextmanager
    def upon_hang_up(self, request: Callable[[], Fetch | None]) -> Generator[None]:
        """Name the request that Twilio makes when the person hangs up now; its answer is unused."""
        before, self.farewell = self.farewell, request
        try:
            yield
        finally:
            self.farewell = before

    @contextmanager
    def upon_redirect(self, request: Callable[[], Fetch | None]) -> Generator[None]:
        """Name the request that Twilio makes when the call is sent elsewhere from outside."""
        before, self.parting = self.parting, request
        try:
            yield
        finally:
            self.parting = before

    def owe_nothing(self) -> None:
        """Neither request is made any more."""
        self.farewell = self.parting = _nothing

    @contextmanager
    def connected_to(self, other_sid: str) -> Generator[None]:
        """Show that this call talks with another one, on both sides."""
        self._connect(self.sid, other_sid)
        self._connect(other_sid, self.sid)
        try:
            yield
        finally:
            self._change(self.sid, connected_to=None)
            self._change(other_sid, connected_to=None)

    def _connect(self, sid: str, other_sid: str) -> None:
        other = self.store.calls.get(other_sid)
        self.store.note(sid, "event", "connected", other.person if other else "")
        self._change(sid, connected_to=other_sid)

    def _change(self, sid: str, **changes: Any) -> None:
        """Change a call's record, unless the history was cleared meanwhile."""
        call = self.store.calls.get(sid)
        if call is not None:
            self.store.calls.put(replace(call, **changes))

    def resolve(self, url: str) -> str:
        """Return an absolute URL; a relative one needs a document that has a URL itself."""
        return join_url(self.document_url, url)

    def absolute(
        self, callback: StatusCallback | None, warning: int = NOT_KNOWN
    ) -> StatusCallback | None:
        """Return where something is reported; nothing, with a warning, if its URL leads nowhere."""
        try:
            return callback and replace(callback, url=self.resolve(callback.url))
        except WebhookError as error:
            self.warn(warning, f"A callback: {error.message}")
            return None

    def fetch(self, url: str, method: str, **params: str) -> Fetch:
        """Return the step to an action URL; an empty one means the current document again."""
        return Fetch(self.resolve(url), method, tuple(params.items()))

    async def load(self, url: str) -> Answer:
        """Return a media file; such a request carries no parameters and no signature."""
        webhook = Webhook(self.sid, "media", url, "GET", signed=False)
        return await self._webhooks.request(webhook)


def _nothing() -> None:
    """Return no request."""
