"""Conferences and who takes part in them."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

PARTICIPANTS_LIMIT = 250
LABEL = re.compile(r"(?!CA[0-9a-fA-F]{32}$)[^/]{1,128}")
"""What a participant may be called: anything short, except a path or the SID of a call."""
VIA_API = "conference-ended-via-api"
"""The reason of a conference that the REST API has ended."""


@dataclass(frozen=True)
class Participant:
    """A call in a conference; `number` is the person's.

    `waiting` until the conference starts, `joined` unless its phone still rings. `starts` and
    `ends` tell whether the conference does so with this participant.
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

    @property
    def sid(self) -> str:
        """The SID by which Twilio finds a participant: that of its call."""
        return self.call_sid


@dataclass(frozen=True)
class Conference:
    """A conference; it starts when two are in it and one of them starts it."""

    sid: str
    friendly_name: str
    created: datetime
    updated: datetime
    status: Literal["init", "in-progress", "completed"] = "init"
    participants: tuple[Participant, ...] = ()
    reason_ended: str | None = None
    call_sid_ending: str | None = None
