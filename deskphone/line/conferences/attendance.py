"""A call's participation in a conference, from the call's and the conference's side."""

import asyncio
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from deskphone.line.conferences.reports import ConferenceReports
from deskphone.records.conference import HOME_REGION, PARTICIPANTS_LIMIT, Participant
from deskphone.records.instructions import Instructions, Music, StatusCallback

NOT_TO_COACH, COACHED_ON_HOLD = 13240, 16027


class RefusedError(Exception):
    """A call can't join; `code` is Twilio's."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True)
class Joining:
    """A call's conference options; URLs are absolute. `beep` is true, false, onEnter or onExit."""

    name: str
    label: str | None = None
    muted: bool = False
    beep: str = "true"
    starts: bool = True
    ends: bool = False
    music: Music = Music()  # noqa: RUF009 - it is frozen
    max_participants: int = PARTICIPANTS_LIMIT
    region: str = HOME_REGION
    coach: str | None = None
    callback: StatusCallback | None = None
    is_recorded: bool = False
    recording_callback: StatusCallback | None = None

    def check_coached(self, others: Iterable[Participant], invited: Participant | None) -> None:
        """Raise RefusedError if the call to coach isn't in the conference, or is on hold.

        Of an invited participant, that is the call which the REST API set last.
        """
        coach = invited.coaching if invited else self.coach
        if not coach:
            return
        coached = [one for one in others if one.joined and one.call_sid == coach]
        if not coached:
            raise RefusedError(NOT_TO_COACH, "The call to coach isn't in the conference")
        if coached[0].hold:
            raise RefusedError(COACHED_ON_HOLD, "The call to coach is on hold")


@dataclass
class Announcement:
    """An announcement to one participant or to all; `hearers` haven't heard it to the end."""

    instructions: Instructions
    is_for_one: bool
    hearers: set[str]
    failure: str = ""


@dataclass
class Attendee:
    """A call in a conference, from its own task's side.

    `out` is set when it has to leave, and `changed` when it should hear something else. `music` and
    `beeps_on_exit` are None until the call joins, or the REST API sets them before.
    """

    call_sid: str
    conference_sid: str
    music: Music | None = None
    beeps_on_exit: bool | None = None
    hold_music: Music = field(default_factory=Music)
    announcements: deque[Announcement] = field(default_factory=deque[Announcement])
    out: asyncio.Event = field(default_factory=asyncio.Event)
    changed: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass
class ConferenceRoom:
    """The live state of a conference, which isn't in its record.

    `expected` are the calls that ring, with what the REST API has changed for them so far.
    """

    reports: ConferenceReports
    attendees: dict[str, Attendee] = field(default_factory=dict[str, Attendee])
    expected: dict[str, Attendee] = field(default_factory=dict[str, Attendee])
    recording_sid: str | None = None
    records: Joining | None = None

    def attendee(self, call_sid: str) -> Attendee | None:
        """Return a call that is in the conference or rings for it."""
        return self.attendees.get(call_sid) or self.expected.get(call_sid)

    def admit(self, call_sid: str, conference_sid: str, joining: Joining) -> Attendee:
        """Add a call that is joining; apply what the REST API changed while it was ringing."""
        attendee = self.expected.pop(call_sid, None) or Attendee(call_sid, conference_sid)
        if attendee.music is None:
            attendee.music = joining.music
        if attendee.beeps_on_exit is None:
            attendee.beeps_on_exit = joining.beep in ("true", "onExit")
        self.attendees[call_sid] = attendee
        return attendee
