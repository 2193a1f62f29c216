"""Listening: speech input of <Gather> (twilio.com/docs/voice/twiml/gather)."""

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
"""The confidence of the speech recognition; ours is typed text."""


@dataclass(frozen=True)
class Listening:
    """Options for speech, which ends after a pause of `pause_s`.

    `partial_results` is the callback for partial results; its URL may be relative.
    """

    pause_s: int
    partial_results: StatusCallback | None

    @classmethod
    def read(cls, source: Source, timeout_s: int) -> "Listening":
        """Read the speech attributes; `timeout_s` is the default for `pause_s`."""
        _check(source)
        url = source.value("partialResultCallback")
        method = source.method("partialResultCallbackMethod", 13329)
        return cls(
            pause_s=_pause_s(source, timeout_s),
            partial_results=StatusCallback(url, method) if url else None,
        )

    async def listen(self, session: CallSession, first: Speech) -> Fields:
        """Collect speech until the person pauses; return the fields for the action."""
        until = session.clock.now() + timedelta(seconds=LONGEST_S)
        words, partial, partials, waits = "", "", 0, False
        heard: object = first
        while isinstance(heard, Speech):
            partial = "" if heard.final else heard.text
            if heard.final:
                words = f"{words} {heard.text}".strip()
            else:
                self._post_partial(session, words, partial, partials)
                partials += 1
            left_s = (until - session.clock.now()).total_seconds()
            pause_s = self.pause_s if self.pause_s or heard.final else LONGEST_S
            if pause_s and not waits:
                session.journal.happened("waiting for a pause")
            waits = True
            heard = await session.handset.next_heard(session.wait(min(pause_s, left_s)), Speech)
        if partial:  # final speech was noted when it was said
            session.journal.happened("speech", partial)
        return (("SpeechResult", f"{words} {partial}".strip()), ("Confidence", CONFIDENCE))

    def _post_partial(self, session: CallSession, words: str, partial: str, number: int) -> None:
        callback = session.absolute(self.partial_results)
        if callback is None:
            return
        form = fields.of_call(
            session.call,
            ("SequenceNumber", str(number)),
            ("StableSpeechResult", words),
            ("UnstableSpeechResult", partial),
        )
        session.services.reports.send(session.sid, callback.url, callback.method, form)


def _pause_s(source: Source, timeout_s: int) -> int:
    """Return the pause that ends speech; 0 for auto, which ends at the first pause."""
    pause = source.value("speechTimeout").strip()
    if pause != "auto":
        return source.whole("speechTimeout", default=timeout_s, minimum=1, warning=13327)
    if source.value("speechModel"):
        source.warn(13335, 'speechTimeout="auto" of <Gather> can\'t be used with a speechModel')
        return timeout_s
    return 0


def _check(source: Source) -> None:
    """Validate attributes that have no effect on typed speech."""
    source.flag("profanityFilter", default=True, warning=13333)
    source.flag("enhanced", default=False, warning=NOT_KNOWN)
    source.flag("debug", default=False, warning=NOT_KNOWN)
    source.flag("bargeIn", default=True, warning=13332)
    source.whole("maxSpeechTime", default=LONGEST_S, minimum=1, warning=13328)
    source.matching("language", r"[A-Za-z0-9-]+", default="en-US", warning=13331)
    hints = source.value("hints").split(",")
    if len(hints) > HINTS_LIMIT or any(len(hint.strip()) > HINT_CHARACTERS for hint in hints):
        source.warn(
            13330,
            f"<Gather> allows at most {HINTS_LIMIT} hints of {HINT_CHARACTERS} characters each",
        )
