"""Say, Play and Pause: what the caller hears."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

from deskphone.line.session.session import CallSession
from deskphone.line.session.steps import Step
from deskphone.sound.decoding import MEDIA_TYPES
from deskphone.sound.sound import Sound
from deskphone.sound.tones import keys
from deskphone.twiml.coverage import SSML
from deskphone.twiml.source import Source
from deskphone.webhooks.urls import without_password
from deskphone.webhooks.webhook import WebhookError

LOOPS_FOREVER = 1000
"""loop="0" repeats until the call ends, at most this often (twilio.com/docs/voice/twiml/say)."""
SHORTEST_S = 0.1
"""Even a broken file takes a moment."""
SAY_LIMIT, POLLY_LIMIT = 4096, 3000
"""The most characters for ordinary voices and for Amazon Polly voices (voice/twiml/say)."""


@dataclass(frozen=True)
class Say:
    """Speech. SSML is read as plain text; a language without a voice is spoken in English."""

    text: str
    attributes: Mapping[str, str]
    """Its `voice` and `language`, if they were written."""
    loop: int

    @classmethod
    def read(cls, source: Source, wrong_loop: int = 13510) -> "Say":
        _check_ssml(source)
        return cls(
            text=source.text(),
            attributes={
                name: value for name in ("voice", "language") if (value := source.value(name))
            },
            loop=source.whole("loop", default=1, minimum=0, warning=wrong_loop),
        )

    async def run(self, session: CallSession) -> Step:
        session.answer()
        if not self.text:
            session.journal.warn(13520, "<Say> has no text")
            return None
        limit = POLLY_LIMIT if self.attributes.get("voice", "").startswith("Polly.") else SAY_LIMIT
        if len(self.text) > limit:
            session.journal.warn(13521, f"<Say> has more than {limit} characters")
            return None
        for _ in range(self.loop or LOOPS_FOREVER):
            # The caption first: speech takes a moment to make, once.
            session.journal.note("Say", self.text, **self.attributes)
            await session.hear(await session.spoken(self.text, **self.attributes))
        return None


@dataclass(frozen=True)
class Play:
    """An audio file from a URL, or keypad tones.

    `wrong_type` is the code for a file that isn't audio.
    """

    url: str
    digits: str
    loop: int
    wrong_type: int

    @classmethod
    def read(cls, source: Source, wrong_type: int = 13420) -> "Play":
        return cls(
            url=source.text(),
            digits=source.matching("digits", r"[0-9A-DwW#*]*", default="", warning=13430),
            loop=source.whole("loop", default=1, minimum=0, warning=13410),
            wrong_type=wrong_type,
        )

    async def run(self, session: CallSession) -> Step:
        session.answer()
        sound = keys(self.digits) if self.digits else await self._file(session)
        if sound is None:
            return None
        for _ in range(self.loop or LOOPS_FOREVER):
            if self.digits:
                session.journal.note("Play", digits=self.digits)
            else:
                session.journal.note("Play", url=without_password(session.resolve(self.url)))
            await session.hear(sound)
        return None

    async def _file(self, session: CallSession) -> Sound | None:
        """Fetch the file and return its sound; for a failure, raise an alert and return None."""
        if not self.url:
            return _not_played(session, 13420, "<Play> has no URL")
        try:
            url = session.resolve(self.url)
            recording = session.services.recorder.playback(url)
            if recording is not None:
                return recording
            answer = await session.load(url)
        except WebhookError as error:
            return _not_played(session, error.code, f"<Play>: {error.message}", is_error=True)
        if answer.content_type not in MEDIA_TYPES:
            kind = answer.content_type or "a file without a type"
            return _not_played(session, self.wrong_type, f"<Play> can't play {kind}")
        sound = await session.sound_of(answer)
        return sound if sound.seconds >= SHORTEST_S else sound.lasting(SHORTEST_S)


@dataclass(frozen=True)
class Pause:
    """Silence. As the first verb of an incoming call, it keeps the phone ringing."""

    length_s: int

    @classmethod
    def read(cls, source: Source) -> "Pause":
        return cls(source.whole("length", default=1, minimum=1, warning=13910))

    async def run(self, session: CallSession) -> Step:
        session.journal.note("Pause", length=str(self.length_s))
        await session.wait(self.length_s)
        session.answer()
        return None


def _not_played(session: CallSession, code: int, message: str, *, is_error: bool = False) -> None:
    """Raise an alert, and show in the timeline that nothing was played."""
    report = session.journal.alert if is_error else session.journal.warn
    report(code, message)
    session.journal.happened("not played", message)


def _check_ssml(source: Source) -> None:
    """Read the SSML elements inside, which may be nested."""
    marks = deque(source.children(*SSML))
    while marks:  # no recursion: a document may nest thousands of them
        mark = marks.popleft()
        marks.extend(mark.children(*SSML))
        mark.spoken()
        mark.finish()
