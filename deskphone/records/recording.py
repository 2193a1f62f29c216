"""Recordings of calls and conferences."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from deskphone.records.call import Track
from deskphone.records.instructions import StatusCallback

RECORDING_EVENTS = ("in-progress", "completed", "absent")
"""Events that a recording status callback can report."""
LIVE = ("in-progress", "paused")
OF_THE_VERB = "RecordVerb"
"""The source of a recording by <Record>."""
OF_THE_CALL = "OutboundAPI"
"""The source of a recording that was requested when the call was placed."""
ON_DEMAND = "StartCallRecordingAPI"
"""The source of a recording that was started during the call."""


@dataclass(frozen=True)
class Recording:
    """A recording of a call or conference.

    `number` is that of the recorded person. `duration_s` is None until the recording ends. `paused`
    is when the current pause began, and `skipped_s` is the length of earlier pauses. `error_code`
    says why there is no sound.
    """

    sid: str
    call_sid: str
    number: str
    source: str
    created: datetime
    updated: datetime
    status: Literal["in-progress", "paused", "processing", "completed", "absent"] = "in-progress"
    channels: int = 1
    duration_s: int | None = None
    conference_sid: str | None = None
    callback: StatusCallback | None = None
    track: Track = "both"
    error_code: int | None = None
    paused: datetime | None = None
    skipped_s: float = 0
