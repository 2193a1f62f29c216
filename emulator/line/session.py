"""One call while its TwiML runs: what a verb can do with it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Literal

from emulator.clock import Clock
from emulator.twilio.records import Call, Want
from emulator.twilio.store import Store
from emulator.webhooks import Answer, Webhook, Webhooks, join_url


@dataclass(frozen=True)
class Fetch:
    """Go on with another document."""

    url: str
    method: str = "POST"
    params: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class End:
    """The call is over, with this final status."""

    status: Literal["completed", "busy", "no-answer", "failed"] = "completed"


type Step = Fetch | End | None
"""What follows a verb: another document, the end, or (None) the next verb."""


class CallSession:
    """Ties a running document to its call. `answer` makes an incoming call a connected one."""

    def __init__(
        self,
        sid: str,
        store: Store,
        clock: Clock,
        webhooks: Webhooks,
        on_answer: Callable[[], None],
    ) -> None:
        self.sid = sid
        self.store = store
        self.clock = clock
        self.document_url = ""
        self._webhooks = webhooks
        self._on_answer = on_answer
        self._keys: asyncio.Queue[str] = asyncio.Queue()
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

    def warn(self, code: int, message: str) -> None:
        """Show one of Twilio's warnings; the call goes on."""
        self.store.alert(self.sid, code, message, "warning")

    async def wait(self, seconds: float) -> None:
        """Let the call go on for so many seconds."""
        self._took_time = True
        await self.clock.sleep(seconds)

    def took_time(self) -> bool:
        """Whether anything was waited for since this was asked last."""
        took_time, self._took_time = self._took_time, False
        return took_time

    def press(self, digits: str) -> None:
        """Take keys from the handset."""
        for digit in digits:
            self._keys.put_nowait(digit)

    def forget_keys(self) -> None:
        """Drop keys that were pressed before anybody listened."""
        while not self._keys.empty():
            self._keys.get_nowait()

    async def next_key(self, during: Awaitable[None]) -> str | None:
        """Return the next key, or None when `during` is over first.

        `during` is stopped by a key.
        """
        key = asyncio.ensure_future(self._keys.get())
        other = asyncio.ensure_future(during)
        try:
            await asyncio.wait((key, other), return_when=asyncio.FIRST_COMPLETED)
            if key.done():
                return key.result()
            other.result()
            return None
        finally:
            for task in (key, other):
                task.cancel()
            await asyncio.gather(key, other, return_exceptions=True)

    def wants(self, *what: Want) -> None:
        """Tell the page what is waited for from the person; nothing, when called without."""
        self.store.calls.put(replace(self.call, wants=what))

    def resolve(self, url: str) -> str:
        """Return an absolute URL; a relative one needs a document that has a URL itself."""
        return join_url(self.document_url, url)

    def fetch(self, url: str, method: str, **params: str) -> Fetch:
        """Return the step to an action URL; an empty one means the current document again."""
        return Fetch(self.resolve(url), method, tuple(params.items()))

    async def load(self, url: str) -> Answer:
        """Return a media file; such a request carries no parameters and no signature."""
        webhook = Webhook(self.sid, "media", url, "GET", signed=False)
        return await self._webhooks.request(webhook)
