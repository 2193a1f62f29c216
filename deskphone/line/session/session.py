"""A call while its TwiML runs: what a verb can do with it."""

from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from deskphone.account.store import Store
from deskphone.clock import Clock
from deskphone.line.fields import Fields
from deskphone.line.session.exit_requests import ExitRequests
from deskphone.line.session.handset import Handset
from deskphone.line.session.journal import Journal
from deskphone.line.session.services import Services
from deskphone.line.session.steps import Fetch, Step
from deskphone.records.call import Call
from deskphone.records.instructions import Instructions, StatusCallback
from deskphone.sound.sound import Sound
from deskphone.twiml.source import NOT_KNOWN
from deskphone.webhooks.sender import Webhooks
from deskphone.webhooks.urls import BAD_URL, join_url
from deskphone.webhooks.webhook import Answer, Webhook, WebhookError

RELATIVE_ACTION = 15004
"""The code of a relative action in TwiML that a call in progress was updated with."""
SHORTEST_S = 1.0
"""Anything shorter counts as no time: even fetching a missing document takes a moment."""
INLINE = (
    "Inline TwiML has no URL of its own, so its URLs must be absolute, and each <Gather>, <Record> "
    "and <Redirect> needs an action or URL."
)
STAND_IN = "a soft tone of the estimated length stands in for this file"

Follow = Callable[["CallSession", Instructions, str, Callable[[], Fields]], Awaitable[Step]]
"""Runs documents for a session in the dialect with this name; see `CallSession.follow`."""


@dataclass(eq=False)
class CallSession:
    """Connects a running document to its call.

    `on_answer` connects a ringing call, and `run` plays documents. `document_url` is the URL of the
    current document, or "" if it has none. `updated` is whether the REST API updated the call.
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
    updated: bool = field(default=False, init=False)
    exit_requests: ExitRequests = field(default_factory=ExitRequests, init=False)
    _took_time: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        self.journal = Journal(self.sid, self.store)

    @property
    def call(self) -> Call:
        """Return the current call."""
        return self.journal.call

    @property
    def answered(self) -> bool:
        return self.call.answered is not None

    def answer(self) -> None:
        """Answer the call if it is still ringing, as most verbs do first."""
        if not self.answered:
            self.on_answer()
        self.journal.dialing(is_dialing=False)

    async def wait(self, seconds: float) -> None:
        """Wait for this many seconds of the call."""
        self.takes_time()
        await self.clock.sleep(seconds)

    async def limit(self, seconds: float) -> None:
        """Wait for this many seconds, the most that a person or another call has."""
        self.takes_time()
        await self.clock.limit(seconds)

    async def hear(self, sound: Sound) -> None:
        """Play a sound to the person for its length; it is cut when this is canceled."""
        with self.services.studio.playing(self.sid, sound):
            await self.wait(sound.seconds)

    @contextmanager
    def playing(self, sound: Sound) -> Generator[None]:
        """Play a sound to the person again and again, until this block ends."""
        with self.services.studio.playing(self.sid, sound, repeats=True):
            yield

    async def spoken(self, text: str, language: str = "", voice: str = "") -> Sound:
        """Return a text as speech; `language` and `voice` are those of <Say>."""
        return await self.services.speech.spoken(self.sid, text, language, voice)

    async def sound_of(self, answer: Answer) -> Sound:
        """Return the sound of an audio file; say in the timeline that a tone stands in for it."""
        sound, is_own = await self.services.files.sound_of(answer.content_type, answer.body)
        if not is_own:
            self.journal.happened("not decoded", f"{answer.content_type}: {STAND_IN}")
        return sound

    def takes_time(self) -> None:
        """Note that this document does something that takes time."""
        self._took_time = True

    @contextmanager
    def timed(self) -> Generator[None]:
        """Note whether this block takes time: a <Dial> may fail immediately."""
        began = self.clock.now()
        yield
        if (self.clock.now() - began).total_seconds() >= SHORTEST_S:
            self.takes_time()

    def took_time(self) -> bool:
        """Whether anything took time since the last call of this method."""
        took_time, self._took_time = self._took_time, False
        return took_time

    async def follow(
        self, instructions: Instructions, dialect: str, params: Callable[[], Fields]
    ) -> Step:
        """Run documents alongside the current one: what a queue or conference plays while waiting.

        Return the step after the last one. `dialect` is one of verbs.table.DIALECTS. `params`
        returns the fields of each request besides those of the call. Raise WebhookError or
        TwimlError for a document that can't be fetched or run.
        """
        alongside = replace(self)  # shares the handset; its documents have their own URLs
        return await self.run(alongside, instructions, dialect, params)

    def resolve(self, url: str, code_if_relative: int = BAD_URL) -> str:
        """Return an absolute URL; a relative one needs a document that has a URL."""
        if not self.document_url and "://" not in url:
            shown = url[:200].partition("?")[0]
            raise WebhookError(
                code_if_relative if url else BAD_URL,
                f"{shown!r} isn't absolute. {INLINE}" if url else INLINE,
                url,
            )
        return join_url(self.document_url, url)

    def absolute(
        self, callback: StatusCallback | None, warning: int = NOT_KNOWN
    ) -> StatusCallback | None:
        """Return the callback with an absolute URL; for an invalid one, warn and return None."""
        try:
            return callback and replace(callback, url=self.resolve(callback.url))
        except WebhookError as error:
            self.journal.warn(warning, f"Invalid callback: {error.message}")
            return None

    def fetch(self, url: str, method: str, **params: str) -> Fetch:
        """Return the step to an action URL; an empty one repeats the current document."""
        code = RELATIVE_ACTION if self.updated else BAD_URL
        return Fetch(self.resolve(url, code), method, tuple(params.items()))

    async def load(self, url: str) -> Answer:
        """Return a media file; the request has no parameters and no signature."""
        webhook = Webhook(self.sid, "media", url, "GET", signed=False)
        return await self.webhooks.request(webhook)
