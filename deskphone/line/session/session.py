"""One call while its TwiML runs: what a verb can do with it."""

from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from deskphone.account.store import Store
from deskphone.clock import Clock
from deskphone.line.fields import Fields
from deskphone.line.session.handset import Handset
from deskphone.line.session.journal import Journal
from deskphone.line.session.owed import Owed
from deskphone.line.session.services import Services
from deskphone.line.session.steps import Fetch, Step
from deskphone.records.call import Call
from deskphone.records.instructions import Instructions, StatusCallback
from deskphone.twiml.source import NOT_KNOWN
from deskphone.webhooks.sender import Webhooks
from deskphone.webhooks.urls import join_url
from deskphone.webhooks.webhook import Answer, Webhook, WebhookError

SHORTEST_S = 1.0
"""What is over sooner has taken no time: a document that could not be had may take a moment."""

Follow = Callable[["CallSession", Instructions, str, Callable[[], Fields]], Awaitable[Step]]
"""Runs documents for a session, in the dialect of this name; see `CallSession.follow`."""


@dataclass(eq=False)
class CallSession:
    """Ties a running document to its call.

    `on_answer` connects a call that rings, `run` plays documents. `document_url` is where the
    present document came from, "" if it has no URL.
    """

    sid: str
    store: Store
    clock: Clock
    services: Services
    webhooks: Webhooks
    run: Follow
    on_answer: Callable[[], None]
    handset: Handset = field(default_factory=Handset)
    document_url: str = field(default="", init=False)
    owed: Owed = field(default_factory=Owed, init=False)
    _took_time: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        self.journal = Journal(self.sid, self.store)

    @property
    def call(self) -> Call:
        """Return the call as it is now."""
        return self.journal.call

    @property
    def answered(self) -> bool:
        return self.call.answered is not None

    def answer(self) -> None:
        """Connect the call if it is still ringing (most verbs do so first)."""
        if not self.answered:
            self.on_answer()

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

    async def follow(
        self, instructions: Instructions, dialect: str, params: Callable[[], Fields]
    ) -> Step:
        """Run documents beside the present one: what a queue or conference plays meanwhile.

        Return what the last one led to. `dialect` is one of verbs.table.DIALECTS. `params` makes
        the fields that each request carries beside those of the call. Raise WebhookError or
        TwimlError for a document that cannot be had or run.
        """
        beside = replace(self)  # with the same handset; its documents have URLs of their own
        return await self.run(beside, instructions, dialect, params)

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
            self.journal.warn(warning, f"A callback: {error.message}")
            return None

    def fetch(self, url: str, method: str, **params: str) -> Fetch:
        """Return the step to an action URL; an empty one means the current document again."""
        return Fetch(self.resolve(url), method, tuple(params.items()))

    async def load(self, url: str) -> Answer:
        """Return a media file; such a request carries no parameters and no signature."""
        webhook = Webhook(self.sid, "media", url, "GET", signed=False)
        return await self.webhooks.request(webhook)
