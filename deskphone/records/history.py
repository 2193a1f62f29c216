"""The history: requests to the app, and alerts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True)
class SignatureStep:
    """One thing that has to match between signing and checking a request.

    `agrees` is None if it can't be determined. `text` contains no values, so it is safe to print in
    a terminal. `signed` and `checked` are both sides in full, or "" if there is nothing to compare;
    their first `same` and last `tail` characters are equal.
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
    """Why the app rejected a signature.

    `reason` is the app's own, or "" if it gave none. `finding` is the first mismatch, or "" if it
    is unknown. `advice` says what to do.
    """

    reason: str
    steps: tuple[SignatureStep, ...]
    finding: str
    advice: str


@dataclass(frozen=True)
class Delivery:
    """One request from the emulator to a webhook. `status` is None until a response arrives.

    `signature` explains a response that rejects the signature.
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
    """An alert like those in Twilio's debugger.

    `kind` "emulator" is a gap in the emulator, which has no Twilio code.
    """

    sid: str
    resource_sid: str
    at: datetime
    level: Literal["error", "warning"]
    kind: Literal["twilio", "emulator"]
    code: int | None
    message: str
