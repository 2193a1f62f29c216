"""Listening: what <Gather> does with words (twilio.com/docs/voice/twiml/gather)."""

from dataclasses import dataclass
from datetime import timedelta

from deskphone.line import fields
from deskphone.line.fields import Fields
from deskphone.line.session.handset import Speech
from deskphone.line.session.session import CallSession
from deskphone.records.instructions import StatusCallback
from deskphone.twiml.source import NOT_KNOWN, Source

LONGEST_S = 60
HINTS_LIMIT = 500
HINT_CHARACTERS = 100
CONFIDENCE = "0.9"
"""How sure the recognizer is. There is none: the words are typed."""


@dataclass(frozen=True)
class Listening:
    """How words are listened to; they end after `pause_s` without more of them.

    `partial_results` is where words are told while they are spoken; its URL may be relative.
    """

    pause_s: int
    partial_results: StatusCallback | None

    @classmethod
    def read(cls, source: Source, timeout_s: int) -> "Listening":
        """Read what concerns speech; `timeout_s` is the default of `pause_s`."""
        _check(source)
        url = source.value("partialResultCallback")
        method = source.method("partialResultCallbackMethod", 13329)
        return cls(
            pause_s=_pause_s(source, timeout_s),
            partial_results=StatusCallback(url, method) if url else None,
        )

    async def listen(self, session: CallSession, first: Speech) -> Fields:
        """Collect words until the person pauses; return what the action is told of them."""
        until = session.clock.now() + timedelta(seconds=LONGEST_S)
        words, partial, partials, waits = "", "", 0, False
        heard: object = first
        while isinstance(heard, Speech):
            partial = "" if heard.final else heard.text
            if heard.final:
                words = f"{words} {heard.text}".strip()
            else:
                self._tell(session, words, partial, partials)
                partials += 1
            left_s = (until - session.clock.now()).total_seconds()
            pause_s = self.pause_s if self.pause_s or heard.final else LONGEST_S
            if pause_s and not waits:
                session.journal.happened("waiting for a pause")
            waits = True
            heard = await session.handset.next_heard(session.wait(min(pause_s, left_s)), Speech)
        if partial:  # what is final was noted when it was said
            session.journal.happened("speech", partial)
        return (("SpeechResult", f"{words} {partial}".strip()), ("Confidence", CONFIDENCE))

    def _tell(self, session: CallSession, words: str, partial: str, number: int) -> None:
        callback = session.absolute(self.partial_results)
        if callback is None:
            return
        form = (
            *fields.of_call(session.call),
            ("SequenceNumber", str(number)),
            ("StableSpeechResult", words),
            ("UnstableSpeechResult", partial),
        )
        session.services.reports.send(session.sid, callback.url, callback.method, form)


def _pause_s(source: Source, timeout_s: int) -> int:
    """Return the pause that ends the words: 0 for auto, at the first one."""
    pause = source.value("speechTimeout").strip()
    if pause != "auto":
        return source.whole("speechTimeout", default=timeout_s, minimum=1, warning=13327)
    if source.value("speechModel"):
        source.warn(13335, 'speechTimeout="auto" of <Gather> does not go with a speechModel')
        return timeout_s
    return 0


def _check(source: Source) -> None:
    """Warn of what is wrong in attributes that have no effect on typed words."""
    source.flag("profanityFilter", default=True, warning=13333)
    source.flag("enhanced", default=False, warning=NOT_KNOWN)
    source.flag("debug", default=False, warning=NOT_KNOWN)
    source.flag("bargeIn", default=True, warning=13332)
    source.whole("maxSpeechTime", default=LONGEST_S, minimum=1, warning=13328)
    source.matching("language", r"[A-Za-z0-9-]+", default="en-US", warning=13331)
    hints = source.value("hints").split(",")
    if len(hints) > HINTS_LIMIT or any(len(hint.strip()) > HINT_CHARACTERS for hint in hints):
        source.warn(13330, f"<Gather> takes {HINTS_LIMIT} hints of {HINT_CHARACTERS} characters")
