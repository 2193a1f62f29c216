"""Conference: <Dial> into a conference (twilio.com/docs/voice/twiml/conference)."""

import asyncio
from dataclasses import dataclass, replace

from deskphone.line.conferences.attendance import Attendee, Joining, RefusedError
from deskphone.line.conferences.reports import EVENTS
from deskphone.line.conferences.rooms import ADD_FAILED, HUNG_UP, UPDATED
from deskphone.line.fields import Fields
from deskphone.line.session.session import CallSession
from deskphone.line.verbs.hold_music import read_music, resolved, stay
from deskphone.line.verbs.target import (
    WRONG_CALLBACK,
    DialOptions,
    Ending,
    Outcome,
    recorded,
    recording_callback,
    until_parted,
)
from deskphone.line.waiting import first_of, is_over
from deskphone.records.conference import HOME_REGION, LABEL, PARTICIPANTS_LIMIT, REGIONS
from deskphone.records.instructions import Music, StatusCallback
from deskphone.twiml.source import NOT_KNOWN, Source, TwimlError
from deskphone.webhooks.webhook import WebhookError

MUTED, ENDS, STARTS, WAIT_URL, WAIT_METHOD, BEEP, NAME, TRIM = (
    13230, 13231, 13232, 13233, 13234, 13235, 13237, 13239,
)  # fmt: skip
WRONG_LABEL = 16023
RECORD = ("do-not-record", "record-from-start", "true", "false")
RECORDED = ("record-from-start", "true")
WAIT = "conference wait"


@dataclass(frozen=True)
class ConferenceNoun:
    """Take part until the conference ends, the caller leaves, or the call is redirected."""

    joining: Joining

    @classmethod
    def read(cls, source: Source) -> "ConferenceNoun":
        most = PARTICIPANTS_LIMIT
        joining = Joining(
            name=source.text(),
            label=source.value("participantLabel") or None,
            muted=source.flag("muted", default=False, warning=MUTED),
            beep=source.one_of("beep", ("true", "false", "onEnter", "onExit"), "true", BEEP),
            starts=source.flag("startConferenceOnEnter", default=True, warning=STARTS),
            ends=source.flag("endConferenceOnExit", default=False, warning=ENDS),
            music=read_music(source, "waitUrl", "waitMethod", WAIT_METHOD),
            max_participants=source.whole("maxParticipants", most, 2, NOT_KNOWN, most),
            coach=source.value("coach").strip() or None,
            callback=_callback(source),
            is_recorded=source.one_of("record", RECORD, RECORD[0], NOT_KNOWN) in RECORDED,
            recording_callback=recording_callback(source),
            region=source.one_of("region", REGIONS, HOME_REGION, NOT_KNOWN),
        )
        source.one_of("jitterBufferSize", ("off", "small", "medium", "large"), "large", NOT_KNOWN)
        source.one_of("trim", ("trim-silence", "do-not-trim"), "trim-silence", TRIM)
        source.finish()
        return cls(joining)

    @property
    def label(self) -> str:
        return f"conference {self.joining.name}"

    async def connect(self, session: CallSession, options: DialOptions, ending: Ending) -> Outcome:
        session.answer()
        wrong = _wrong(self.joining)
        if wrong is not None:
            session.journal.warn(*wrong)
            return Outcome("failed")
        joining = _resolved(session, self.joining)
        try:
            attendee = session.services.conferences.join(session.call, joining)
        except RefusedError as refusal:
            session.journal.alert(refusal.code, refusal.message)
            return Outcome("failed")
        ending.outcome = lambda: Outcome("answered")
        return await _take_part(session, options, attendee)


async def _take_part(session: CallSession, options: DialOptions, attendee: Attendee) -> Outcome:
    services, reason = session.services, UPDATED
    try:
        with recorded(session, options, "answer", "ringing"):
            hearing, _ = await first_of(
                _hear(session, attendee), until_parted(session, options, attendee.out)
            )
        is_over(hearing)
        reason = HUNG_UP
    except (WebhookError, TwimlError) as error:
        session.journal.alert(error.code, error.message)
        reason = ADD_FAILED
        return Outcome("failed")
    finally:
        services.announcements.skip_all(attendee)
        services.conferences.leave(session.sid, attendee.conference_sid, reason)
    return Outcome("answered")


async def _hear(session: CallSession, attendee: Attendee) -> None:
    """Play announcements, hold music or wait music as needed; never return.

    Raise WebhookError or TwimlError for a wait document that can't be fetched or run.
    """
    while True:
        attendee.changed.clear()
        if attendee.announcements:
            await _hear_announcement(session, attendee)
        else:
            music, _ = await first_of(_hear_music(session, attendee), attendee.changed.wait())
            is_over(music)


async def _hear_announcement(session: CallSession, attendee: Attendee) -> None:
    instructions = attendee.announcements[0].instructions
    failure = ""
    try:
        await session.follow(instructions, WAIT, lambda: _fields(attendee))
    except (WebhookError, TwimlError) as error:
        session.journal.alert(error.code, error.message)
        failure = error.message
    session.services.announcements.heard(attendee, failure)


async def _hear_music(session: CallSession, attendee: Attendee) -> None:
    """Play the music for the participant's state, then silence."""
    participant = session.services.conferences.participant(attendee.conference_sid, session.sid)
    if participant is not None and participant.hold:
        await _hear_on_hold(session, attendee)
    elif participant is not None and participant.waiting:
        await stay(session, attendee.music or Music(), WAIT, lambda: _fields(attendee), again=False)
    await asyncio.Event().wait()


async def _hear_on_hold(session: CallSession, attendee: Attendee) -> None:
    """Play the hold music, or silence for a bad document."""
    try:
        await stay(session, attendee.hold_music, WAIT, lambda: _fields(attendee), again=False)
    except (WebhookError, TwimlError) as error:
        session.journal.alert(error.code, error.message)


def _fields(attendee: Attendee) -> Fields:
    """Return the additional field of a conference's requests, as recorded for `waitUrl`."""
    return (("ConferenceSid", attendee.conference_sid),)


def _callback(source: Source) -> StatusCallback | None:
    url = source.value("statusCallback")
    method = source.method("statusCallbackMethod", NOT_KNOWN)
    events = source.several("statusCallbackEvent", EVENTS, (), NOT_KNOWN)
    return StatusCallback(url, method, events) if url else None


def _resolved(session: CallSession, joining: Joining) -> Joining:
    """Return it with absolute URLs; warn about invalid ones."""
    return replace(
        joining,
        music=_music(session, joining.music),
        callback=session.absolute(joining.callback),
        recording_callback=session.absolute(joining.recording_callback, WRONG_CALLBACK),
    )


def _music(session: CallSession, music: Music) -> Music:
    """Return the music with an absolute URL; for an invalid one, warn and use Twilio's music."""
    try:
        return resolved(session, music)
    except WebhookError as error:
        session.journal.warn(WAIT_URL, f"Invalid waitUrl of <Conference>: {error.message}")
        return Music()


def _wrong(joining: Joining) -> tuple[int, str] | None:
    if not joining.name:
        return NAME, "<Conference> has no name"
    if joining.label is not None and not LABEL.fullmatch(joining.label):
        return (
            WRONG_LABEL,
            "participantLabel must have at most 128 characters, without /, and not be a call SID",
        )
    return None
