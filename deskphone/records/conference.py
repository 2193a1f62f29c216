"""Conferences and their participants."""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, get_args

PARTICIPANTS_LIMIT = 250
LABEL = re.compile(r"(?!CA[0-9a-fA-F]{32}$)[^/]{1,128}")
"""A valid participant label: up to 128 characters without a slash, and not a call SID."""
REGIONS = ("us1", "us2", "ie1", "de1", "sg1", "br1", "au1", "jp1")
"""Where Twilio can mix a conference (OpenAPI, Participant resource)."""
HOME_REGION = "us1"
VIA_API = "conference-ended-via-api"
"""The reason given when the REST API ends a conference."""


ConferenceStatus = Literal["init", "in-progress", "completed"]
CONFERENCE_STATUSES: tuple[ConferenceStatus, ...] = get_args(ConferenceStatus)


@dataclass(frozen=True)
class Participant:
    """A call in a conference; `number` is the person's.

    `serial` grows with each call that joins or is invited.
    `waiting` is true until the conference starts, and `joined` is false while the phone is ringing.
    `starts` and `ends` say whether this participant starts or ends the conference.
    """

    call_sid: str
    conference_sid: str
    number: str
    created: datetime
    updated: datetime
    label: str | None = None
    muted: bool = False
    hold: bool = False
    waiting: bool = False
    joined: bool = True
    coaching: str | None = None
    starts: bool = True
    ends: bool = False
    serial: int = 0

    @property
    def sid(self) -> str:
        """The SID that identifies a participant: that of its call."""
        return self.call_sid


@dataclass(frozen=True)
class Conference:
    """A conference; it starts once it has two participants and one of them `starts` it.

    `call_sid` is the call that created it, and `region` is where that one wanted it.
    """

    sid: str
    friendly_name: str
    created: datetime
    updated: datetime
    status: ConferenceStatus = "init"
    participants: tuple[Participant, ...] = ()
    reason_ended: str | None = None
    call_sid_ending: str | None = None
    call_sid: str = ""
    region: str = HOME_REGION

    def seated(self, joined: Participant) -> tuple[Participant, tuple[Participant, ...]]:
        """Return a participant who joins, and all participants.

        One that was called keeps its place and what the REST API changed in the meantime.
        """
        seats = {one.call_sid: one for one in self.participants}
        invited = seats.get(joined.call_sid)
        if invited is not None:
            joined = replace(invited, joined=True, waiting=joined.waiting, updated=joined.updated)
        seats[joined.call_sid] = joined
        return joined, tuple(seats.values())
