"""The result of a doctor's check."""

from enum import StrEnum
from typing import NamedTuple

MAX_SHOWN = 200


class State(StrEnum):
    """The state of a check, as shown in the output and the JSON."""

    OK = "ok"
    WARNING = "warn"
    WRONG = "wrong"
    SKIPPED = "skip"


class Finding(NamedTuple):
    """What was found, in one line without secrets, and how to fix it (empty if it is ok)."""

    state: State
    text: str
    cure: str = ""

    @property
    def blocks(self) -> bool:
        """Whether the checks that depend on this one must be skipped."""
        return self.state in (State.WRONG, State.SKIPPED)


class Result(NamedTuple):
    """A finding with the name of its check."""

    item: str
    finding: Finding


def ok(text: str) -> Finding:
    """Return a finding for a check that passed."""
    return Finding(State.OK, text)


def warning(text: str, cure: str) -> Finding:
    """Return a finding for what works, but not in every case or not for long."""
    return Finding(State.WARNING, text, cure)


def wrong(text: str, cure: str) -> Finding:
    """Return a finding for what doesn't work."""
    return Finding(State.WRONG, text, cure)


def skipped(text: str, cure: str = "") -> Finding:
    """Return a finding for a skipped check; the text says why."""
    return Finding(State.SKIPPED, text, cure)


def shown(text: str) -> str:
    """Return untrusted text shortened and without terminal control characters."""
    return "".join(sign if sign.isprintable() else "?" for sign in text[:MAX_SHOWN])
