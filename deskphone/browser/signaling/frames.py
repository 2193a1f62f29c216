"""Frames: the messages on the signaling socket, one JSON object each."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

HEARTBEAT = "\n"
"""Twilio sends it alone in a frame, and the SDK echoes it."""
VERSION = "1.6"


class FrameError(Exception):
    """A frame can't be read; the message says why."""


@dataclass(frozen=True)
class Fields:
    """The members of a JSON object from outside, which may have any type."""

    members: Mapping[str, object]

    def text(self, name: str) -> str:
        """Return a string that is `sendable`, or "" if the member is missing or isn't a string."""
        value = self.members.get(name)
        return sendable(value) if isinstance(value, str) else ""

    def seconds(self, name: str, most: float) -> float:
        """Return a number from 0 to `most`; 0 if the member isn't a number."""
        value = self.members.get(name)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return 0
        return min(value, most) if value > 0 else 0

    def part(self, name: str) -> "Fields":
        """Return an object within this one; empty if the member isn't an object."""
        value = self.members.get(name)
        return Fields(cast(dict[str, object], value) if isinstance(value, dict) else {})


@dataclass(frozen=True)
class Frame:
    """A frame from a browser."""

    kind: str
    payload: Fields


def sendable(text: str) -> str:
    """Return a text with a question mark for each surrogate without its other half."""
    return text.encode("utf-8", "replace").decode()


def read(text: str) -> Frame:
    """Return the frame; raise FrameError if it isn't an object with a type."""
    try:
        given = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FrameError("it isn't JSON") from error
    if not isinstance(given, dict):
        raise FrameError("it isn't a JSON object")
    fields = Fields(cast(dict[str, object], given))
    kind = fields.text("type")
    if not kind:
        raise FrameError("it has no type")
    return Frame(kind, fields.part("payload"))


def written(kind: str, payload: Mapping[str, object]) -> str:
    """Return a frame for a browser as text."""
    return json.dumps({"type": kind, "payload": payload, "version": VERSION})
