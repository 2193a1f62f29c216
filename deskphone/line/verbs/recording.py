"""Record: what the caller says (twilio.com/docs/voice/twiml/record)."""

from dataclasses import dataclass
from datetime import datetime

from deskphone.line.recording.recorder import url_fields
from deskphone.line.recording.transcriptions import is_right_length, transcription_of
from deskphone.line.session.handset import Silence, Speech
from deskphone.line.session.session import CallSession
from deskphone.line.session.steps import Fetch, Step
from deskphone.line.verbs.target import WRONG_CALLBACK, recording_callback
from deskphone.records.instructions import StatusCallback
from deskphone.records.recording import OF_THE_VERB, Recording
from deskphone.sound.tones import beep
from deskphone.twiml.source import Source

LONGEST_S = 14400
TRANSCRIBED_S = 120
"""The default maximum length of a transcribed recording."""
HUNG_UP = "hangup"
WRONG_LISTENER, WRONG_LENGTH = 13257, 13617


@dataclass(frozen=True)
class Record:
    """Record until a key, silence, the maximum length or the end of the call; then the action.

    `timeout_s` is how long a silence may be; 0 means unlimited. `callback` may have a relative URL.
    `transcription` is the callback for the transcription, or None.
    """

    action: str
    method: str
    timeout_s: int
    finish_on_key: str
    max_length_s: int
    play_beep: bool
    trim_silence: bool
    callback: StatusCallback | None
    transcription: StatusCallback | None

    @classmethod
    def read(cls, source: Source) -> "Record":
        transcribes = source.flag("transcribe", default=False, warning=13614)
        listener = source.value("transcribeCallback")
        longest_s = TRANSCRIBED_S if transcribes else 3600
        trim = source.one_of("trim", ("trim-silence", "do-not-trim"), "trim-silence", 13699)
        max_length_s = source.whole("maxLength", longest_s, 2, 13612, LONGEST_S)
        if transcribes and max_length_s > TRANSCRIBED_S:
            source.warn(13615, f"A recording over {TRANSCRIBED_S} s is not transcribed")
        return cls(
            action=source.value("action"),
            method=source.method("method", 13610),
            timeout_s=source.whole("timeout", default=5, minimum=0, warning=13611),
            finish_on_key=source.matching("finishOnKey", r"[0-9#*]*", "1234567890*#", 13613),
            max_length_s=max_length_s,
            play_beep=source.flag("playBeep", default=True, warning=13616),
            trim_silence=trim == "trim-silence",
            callback=recording_callback(source),
            transcription=StatusCallback(listener) if transcribes and listener else None,
        )

    async def run(self, session: CallSession) -> Step:
        session.answer()
        session.journal.note(
            "Record", timeout=str(self.timeout_s), maxLength=str(self.max_length_s)
        )
        session.takes_time()
        session.handset.forget()
        if self.play_beep:
            session.journal.happened("beep")
            session.services.studio.play(session.sid, beep())
        voice = Voice(session, self)
        with session.exit_requests.for_hang_up(lambda: self._next(session, voice, HUNG_UP)):
            try:
                key = await voice.listen()
            finally:
                voice.finish()
        return self._next(session, voice, key)

    def _next(self, session: CallSession, voice: "Voice", digits: str) -> Fetch | None:
        """Return the request to the action; None, for the next verb, if there is no recording."""
        recording = voice.finish()
        if recording is None or recording.status != "completed":
            return None
        fields = (*url_fields(recording), ("Digits", digits))
        return session.fetch(self.action, self.method, **dict(fields))


class Voice:
    """The person's voice during one <Record>: they talk until they stop."""

    def __init__(self, session: CallSession, record: Record) -> None:
        self._session = session
        self._record = record
        self._began = session.clock.now()
        self._talk_began: datetime | None = self._began
        self._talk_ended: datetime | None = None
        self._words: list[str] = []
        self._transcription = session.absolute(record.transcription, WRONG_LISTENER)
        callback = record.callback
        self._recording = session.services.recorder.start(
            session.call, OF_THE_VERB, callback=session.absolute(callback, WRONG_CALLBACK)
        )

    async def listen(self) -> str:
        """Return the key that ends the recording, or "" if something else does."""
        with self._session.journal.wanting("recording"):
            while (left_s := self._left_s()) > 0:
                is_silent = self._talk_ended is not None
                rest = self._session.wait(left_s) if is_silent else self._session.limit(left_s)
                match await self._session.handset.next_heard(rest, str, Speech, Silence):
                    case str(key) if key in self._record.finish_on_key:
                        return key
                    case Speech(text, final):
                        self._talk()
                        self._words += [text] if final else []
                    case Silence():
                        self._stop_talking()
                    case _:
                        pass
        return ""

    def finish(self) -> Recording | None:
        """Finish the recording once and return it; None if the history was cleared."""
        services = self._session.services
        began, ended = self._span()
        length_s = (ended - began).total_seconds()
        recording = services.recorder.finish(self._recording.sid, length_s, began)
        listener, self._transcription = self._transcription, None
        if listener and recording and recording.status == "completed":
            said, call = " ".join(self._words), self._session.call
            if not is_right_length(recording):
                message = "The recording is too short or too long to be transcribed"
                self._session.journal.warn(WRONG_LENGTH, message)
            words = transcription_of(recording, call, said, listener.url)
            services.reports.send(self._session.sid, listener.url, listener.method, words)
        return recording

    def _talk(self) -> None:
        self._talk_began = self._talk_began or self._session.clock.now()
        self._talk_ended = None

    def _stop_talking(self) -> None:
        now = self._session.clock.now()
        if self._talk_began == now:  # nothing was said before
            self._talk_began = None
        self._talk_ended = self._talk_ended or now

    def _left_s(self) -> float:
        """Return the seconds until the maximum length or the longest silence is reached."""
        now, record = self._session.clock.now(), self._record
        left_s = record.max_length_s - (now - self._began).total_seconds()
        if self._talk_ended is None or not record.timeout_s:
            return left_s
        return min(left_s, record.timeout_s - (now - self._talk_ended).total_seconds())

    def _span(self) -> tuple[datetime, datetime]:
        """Return when it begins and ends, without silence at both ends unless it is all silence."""
        began, ended = self._began, self._session.clock.now()
        if self._record.trim_silence and self._talk_began is not None:
            began, ended = self._talk_began, self._talk_ended or ended
        return began, ended
