"""What happened: requests to the app, and alerts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True)
class SignatureStep:
    """One thing that has to be the same where a request is signed and where it is checked.

    `agrees` is None where nobody can tell. `text` holds no values, so that a terminal may show it.
    `signed` and `checked` are the two sides in full; their first `same` and last `tail` characters
    are equal. They are "" where there is nothing to lay side by side.
    """

    name: str
    agrees: bool | None
    text: str
    signed: str = ""
    checked: str = ""
    same: int = 0
    tail: int = 0


@dataclass(frozen=True)
class SignatureCheck:
    """Why the app took a signature for wrong.

    `reason` is the app's own, "" when it gave none; `finding` is the first thing that does not
    agree, "" when that cannot be told; `advice` says what to do.
    """

    reason: str
    steps: tuple[SignatureStep, ...]
    finding: str
    advice: str


@dataclass(frozen=True)
class Delivery:
    """One request that the emulator made to a webhook. `status` is None until an answer came.

    `signature` explains an answer that refuses the signature.
    """

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
    signature: SignatureCheck | None = None


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
