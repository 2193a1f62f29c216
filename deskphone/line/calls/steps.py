"""What leads on from a verb, and what comes from the handset while it runs."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Fetch:
    """Go on with another document."""

    url: str
    method: str = "POST"
    params: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class End:
    """The call is over, with this final status."""

    status: Literal["completed", "busy", "no-answer", "failed"] = "completed"


@dataclass(frozen=True)
class Leave:
    """The call leaves the queue that it waits in."""


Step = Fetch | End | Leave | None
"""What follows a verb: a document, the end, the way out of a queue; None for the next verb."""


@dataclass(frozen=True)
class Speech:
    """What the person says; not final while they are still speaking."""

    text: str
    final: bool = True


@dataclass(frozen=True)
class Silence:
    """The person has fallen silent."""


Heard = str | Speech | Silence
"""What comes from the handset: a key, words, or silence."""
