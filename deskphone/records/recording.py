"""Recordings of calls and conferences."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from deskphone.records.call import Track
from deskphone.records.instructions import StatusCallback

RECORDING_EVENTS = ("in-progress", "completed", "absent")
"""What can be reported of a recording."""
LIVE = ("in-progress", "paused")
OF_THE_CALL = "OutboundAPI"
"""The source of a recording that runs from answer to end because the call was placed so."""
ON_DEMAND = "StartCallRecordingAPI"
"""The source of a recording that was started while the call went on."""


@dataclass(frozen=True)
class Recording:
    """A recording of a call or conference.

    `number` is the person's who was recorded, `duration_s` is None until it is over. `paused` is
    since when it leaves out what is said, `skipped_s` what it has left out before; `error_code`
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
