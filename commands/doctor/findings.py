"""What an item of the doctor says."""

from enum import StrEnum
from typing import NamedTuple

MAX_SHOWN = 200


class State(StrEnum):
    """How an item is; the values are what the screen and the JSON show."""

    OK = "ok"
    WARNING = "warn"
    WRONG = "wrong"
    SKIPPED = "skip"


class Finding(NamedTuple):
    """What was found: one line that holds no secret, and what to do (empty where nothing is)."""

    state: State
    text: str
    cure: str = ""

    @property
    def blocks(self) -> bool:
        """Whether what depends on the item cannot be checked."""
        return self.state in (State.WRONG, State.SKIPPED)


class Result(NamedTuple):
    """The finding of an item, with the item's name."""

    item: str
    finding: Finding


def ok(text: str) -> Finding:
    """It is as it should be."""
    return Finding(State.OK, text)


def warning(text: str, cure: str) -> Finding:
    """It works, but not in every case or not for long."""
    return Finding(State.WARNING, text, cure)


def wrong(text: str, cure: str) -> Finding:
    """It does not work."""
    return Finding(State.WRONG, text, cure)


def skipped(text: str, cure: str = "") -> Finding:
    """It was not checked; the text says why."""
    return Finding(State.SKIPPED, text, cure)


def shown(text: str) -> str:
    """Return a text of somebody else, short and without what could steer the terminal."""
    return "".join(sign if sign.isprintable() else "?" for sign in text[:MAX_SHOWN])
