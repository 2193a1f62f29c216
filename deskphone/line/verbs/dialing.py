"""Dial: connects the call to someone else (twilio.com/docs/voice/twiml/dial)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from deskphone.line.session.session import CallSession
from deskphone.line.session.steps import Fetch, Step
from deskphone.line.verbs.conferencing import ConferenceNoun
from deskphone.line.verbs.dequeuing import QueueNoun
from deskphone.line.verbs.ringing import BAD_NUMBER, NumberNoun, NumberNouns
from deskphone.line.verbs.target import (
    NOT_BRIDGED,
    DialOptions,
    Ending,
    Outcome,
    Target,
    recording_callback,
    recording_fields,
)
from deskphone.records.call import TRACKS
from deskphone.twiml.source import NOT_KNOWN, Source

RECORD = (
    "do-not-record", "true", "false", "record-from-answer", "record-from-ringing",
    "record-from-answer-dual", "record-from-ringing-dual",
)  # fmt: skip
SINGLE: Mapping[str, Callable[[Source], Target]] = {
    "Queue": QueueNoun.read,
    "Conference": ConferenceNoun.read,
}
"""Nouns that must be alone in a <Dial>."""
GAPS = ("Sip", "Sim", "Application", "WhatsApp")
LONGEST_S = 86400
MIXED, WRONG_NOUN = 13000, 13215


@dataclass(frozen=True)
class Dial:
    """Connect to numbers, a queue or a conference; continue with the action or the next verb."""

    action: str | None
    method: str
    options: DialOptions
    target: Target

    @classmethod
    def read(cls, source: Source) -> "Dial":
        return cls(
            action=source.raw("action"),
            method=source.method("method", 13210),
            options=_options(source),
            target=_target(source),
        )

    async def run(self, session: CallSession) -> Step:
        if not self.options.answer_on_bridge:
            session.answer()
        session.journal.note("Dial", self.target.label, timeout=str(self.options.timeout_s))
        session.handset.forget()
        began = session.clock.now()
        ending = Ending(lambda: Outcome("canceled", NOT_BRIDGED))
        with (
            session.timed(),
            session.exit_requests.for_hang_up(lambda: self._next(session, ending.outcome(), began)),
        ):
            outcome = await self.target.connect(session, self.options, ending)
        session.journal.happened("dialed", outcome.status)
        return self._next(session, outcome, began)

    def _next(self, session: CallSession, outcome: Outcome, began: datetime) -> Fetch | None:
        if self.action is None:
            return None
        recording = recording_fields(session, began)
        fields = (("DialCallStatus", outcome.status), *outcome.fields, *recording)
        return session.fetch(self.action, self.method, **dict(fields))


def _options(source: Source) -> DialOptions:
    record = source.one_of("record", RECORD, "do-not-record", 13217)
    _check_sound(source)
    return DialOptions(
        timeout_s=source.whole("timeout", default=30, minimum=5, warning=13212, maximum=600),
        time_limit_s=source.whole(
            "timeLimit", default=14400, minimum=1, warning=13216, maximum=LONGEST_S
        ),
        caller_id=source.value("callerId").strip(),
        hangup_on_star=source.flag("hangupOnStar", default=False, warning=13213),
        answer_on_bridge=source.flag("answerOnBridge", default=False, warning=13219),
        sequential=source.flag("sequential", default=False, warning=13218),
        record={"true": "record-from-answer", "false": "do-not-record"}.get(record, record),
        recording_callback=recording_callback(source),
        recording_track=source.one_of("recordingTrack", TRACKS, "both", NOT_KNOWN),
    )


def _check_sound(source: Source) -> None:
    """Validate attributes that have no effect."""
    source.matching("ringTone", r"[a-z]{2}|us-old", "", 13220)
    source.one_of("trim", ("trim-silence", "do-not-trim"), "do-not-trim", NOT_KNOWN)


def _target(source: Source) -> Target:
    nouns = source.children("Number", "Client", *SINGLE, gaps=GAPS, warning=WRONG_NOUN)
    single = [noun for noun in nouns if noun.name in SINGLE]
    text = source.own_text().strip()
    if single:
        if len(nouns) > 1 or text:
            code = MIXED if single[0].name == "Conference" else WRONG_NOUN
            source.warn(code, f"<{single[0].name}> must be alone in its <Dial>")
            return NumberNouns(())
        return SINGLE[single[0].name](single[0])
    numbers = [
        NumberNoun.read_client(noun) if noun.name == "Client" else NumberNoun.read(noun)
        for noun in nouns
    ]
    if text:
        numbers.insert(0, NumberNoun(text))
    if not numbers:
        source.warn(BAD_NUMBER, "<Dial> has nothing to dial")
    return NumberNouns(tuple(numbers))
