"""What happened: requests to the app, and alerts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True)
class Delivery:
    """One request that the emulator made to a webhook. `status` is None until an answer came."""

    sid: str
    resource_sid: str
    purpose: str
    method: str
    url: str
    form: tuple[tuple[str, str], ...]
    signed: bool
    at: datetime
    attempt: int
    status: int | None = None
    answer: str = ""
    content_type: str = ""
    duration_ms: float | None = None
    error: str = ""


@dataclass(frozen=True)
class Alert:
    """What Twilio's debugger would show.

    `kind` "emulator" is a gap of ours and has no Twilio code.
    """

    sid: str
    resource_sid: str
    at: datetime
    level: Literal["error", "warning"]
    kind: Literal["twilio", "emulator"]
    code: int | None
    message: str
