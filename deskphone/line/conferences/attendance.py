"""How calls take part in a conference, as they and the conference see it."""

import asyncio
from collections import deque
from dataclasses import dataclass, field

from deskphone.line.conferences.reports import ConferenceReports
from deskphone.records.conference import PARTICIPANTS_LIMIT
from deskphone.records.instructions import Instructions, Music, StatusCallback


class RefusedError(Exception):
    """A call cannot join; `code` is Twilio's number."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True)
class Joining:
    """How a call takes part; URLs are absolute. `beep` is true, false, onEnter or onExit."""

    name: str
    label: str | None = None
    muted: bool = False
    beep: str = "true"
    starts: bool = True
    ends: bool = False
    music: Music = Music()  # noqa: RUF009 - it is frozen
    max_participants: int = PARTICIPANTS_LIMIT
    coach: str | None = None
    callback: StatusCallback | None = None
    is_recorded: bool = False
    recording_callback: StatusCallback | None = None


@dataclass
class Announcement:
    """Something that is played to one participant or to all; `hearers` have not heard it out."""

    instructions: Instructions
    is_for_one: bool
    hearers: set[str]
    failure: str = ""


@dataclass
class Attendee:
    """A call in a conference as its own task sees it.

    `out` when it has to leave, `changed` when it shall hear something else.
    """

    call_sid: str
    conference_sid: str
    music: Music
    beeps_on_exit: bool
    hold_music: Music = field(default_factory=Music)
    announcements: deque[Announcement] = field(default_factory=deque[Announcement])
    out: asyncio.Event = field(default_factory=asyncio.Event)
    changed: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass
class ConferenceRoom:
    """What belongs to a conference that is not over, beside its record."""

    reports: ConferenceReports
    attendees: dict[str, Attendee] = field(default_factory=dict[str, Attendee])
    recording_sid: str | None = None
    records: Joining | None = None
