"""The player: fetches a call's TwiML and runs it verb by verb until it ends."""

from collections.abc import Awaitable, Callable

from deskphone.line import fields
from deskphone.line.fields import Fields
from deskphone.line.session.session import CallSession
from deskphone.line.session.steps import End, Fetch, Step
from deskphone.line.verbs.table import VOICE, VoiceVerb
from deskphone.records.call import ENDED_CALL
from deskphone.records.instructions import Instructions
from deskphone.sound.sound import Sound
from deskphone.twiml.answers import PlainText, instructions_of
from deskphone.twiml.document import Dialect, Document, Gap, parse
from deskphone.twiml.source import TwimlError
from deskphone.webhooks.sender import Webhooks
from deskphone.webhooks.urls import without_password
from deskphone.webhooks.webhook import Answer, Webhook, WebhookError

DOCUMENTS_LIMIT = 100
"""The limit of consecutive documents that take no time. Twilio documents none."""
APPLICATION_ERROR = "We are sorry, an application error has occurred. Goodbye."


class Player:
    """Runs one call, or what it hears while waiting. Call `play` or `follow` once."""

    def __init__(
        self,
        session: CallSession,
        webhooks: Webhooks,
        instructions: Instructions,
        dialect: Dialect[VoiceVerb] = VOICE,
        params: Callable[[], Fields] = lambda: (),
        opening: Fields = (),
    ) -> None:
        """`params` returns the fields of each request in addition to the call's.

        `opening` are additional fields of the first request.
        """
        self._session = session
        self._webhooks = webhooks
        self._instructions = instructions
        self._dialect = dialect
        self._params = params
        self._opening = opening
        self._fallback_used = not instructions.fallback_url
        self._documents = 0

    async def play(self) -> Step:
        """Run the instructions to the end; None means that nothing follows."""
        return await self._steps(self._guarded)

    async def follow(self) -> Step:
        """Like `play`, but raise WebhookError or TwimlError for a document that can't be run."""
        return await self._steps(lambda visit: visit)

    async def _steps(self, visited: Callable[[Awaitable[Step]], Awaitable[Step]]) -> Step:
        step: Step = None
        if self._instructions.twiml:
            step = await visited(self._inline())
        elif self._instructions.url:
            step = Fetch(self._instructions.url, self._instructions.method, self._opening)
        while isinstance(step, Fetch):
            step = await visited(self._visit(step))
        return step

    async def _guarded(self, visit: Awaitable[Step]) -> Step:
        """On an error, raise Twilio's alert and use the fallback URL or the spoken apology."""
        try:
            return await visit
        except (WebhookError, TwimlError) as error:
            self._session.journal.alert(error.code, error.message)
            if not self._fallback_used:
                self._fallback_used = True
                url = error.url or self._session.document_url
                failed = (("ErrorCode", str(error.code)), ("ErrorUrl", url))
                return Fetch(
                    self._instructions.fallback_url, self._instructions.fallback_method, failed
                )
        await self._hear(await self._session.spoken(APPLICATION_ERROR), APPLICATION_ERROR)
        return End("completed")

    async def _inline(self) -> Step:
        """Run a document that has no URL; relative URLs in it are invalid."""
        self._session.document_url = ""
        return await self._run(parse(self._instructions.twiml.encode(), self._dialect))

    async def _visit(self, fetch: Fetch) -> Step:
        session = self._session
        if self._is_over():
            return End("completed")
        self._documents = 1 if session.took_time() else self._documents + 1
        if self._documents > DOCUMENTS_LIMIT:
            message = f"The call ran {DOCUMENTS_LIMIT} documents without playing anything"
            session.journal.alert(None, message)
            return End("completed" if session.answered else "failed")
        session.document_url = fetch.url
        form = fields.of_call(session.call, *self._params(), *fetch.params)
        webhook = Webhook(session.sid, "instructions", fetch.url, fetch.method, form)
        answer = await self._webhooks.request(webhook)
        session.document_url = answer.url
        return await self._obey(answer)

    async def _obey(self, answer: Answer) -> Step:
        if answer.content_type.startswith("audio/"):
            sound = await self._session.sound_of(answer)
            return await self._hear(sound, url=without_password(answer.url))
        match instructions_of(answer.content_type, answer.body, self._dialect):
            case None:
                return None
            case PlainText(text):
                return await self._hear(await self._session.spoken(text), text)
            case document:
                return await self._run(document)

    async def _hear(self, sound: Sound, text: str = "", **attributes: str) -> Step:
        """Let the caller hear a response that isn't TwiML."""
        self._session.answer()
        self._session.journal.note("Say" if text else "Play", text, **attributes)
        await self._session.hear(sound)
        return None

    def _is_over(self) -> bool:
        """Whether the call ended at the same instant as its verb."""
        call = self._session.store.calls.get(self._session.sid)
        return call is None or call.status in ENDED_CALL

    async def _run(self, document: Document[VoiceVerb]) -> Step:
        session = self._session
        for warning in document.warnings:
            session.journal.warn(warning.code, warning.message)
        for verb in document.verbs:
            if self._is_over():
                return End("completed")
            if isinstance(verb, Gap):
                session.journal.alert(None, verb.sentence)
                session.journal.happened("not emulated", verb.what)
                return End("completed")
            step = await verb.run(session)
            if step is not None:
                return step
        return None
