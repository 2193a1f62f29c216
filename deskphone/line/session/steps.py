"""The step after a verb."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Fetch:
    """Continue with another document. `call_status` overrides the call's in the request."""

    url: str
    method: str = "POST"
    params: tuple[tuple[str, str], ...] = ()
    call_status: str = ""


@dataclass(frozen=True)
class End:
    """The call is over, with this final status."""

    status: Literal["completed", "busy", "no-answer", "failed"] = "completed"


@dataclass(frozen=True)
class Leave:
    """The call leaves its queue."""


Step = Fetch | End | Leave | None
"""What follows a verb: a document, the end, or leaving a queue; None for the next verb."""
