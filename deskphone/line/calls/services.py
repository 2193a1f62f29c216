"""What the line does for the verbs of a call: each part is a room of its own."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from deskphone.line.calls.legs import Leg, LegRequest
from deskphone.line.conferences.announcements import Announcements
from deskphone.line.conferences.rooms import ConferenceRooms
from deskphone.line.fields import Fields
from deskphone.line.queued_calls import QueuedCalls
from deskphone.line.recording.recorder import Recorder
from deskphone.line.status_reports import StatusReports
from deskphone.records.instructions import Instructions
from deskphone.records.message import Message

if TYPE_CHECKING:
    from deskphone.line.calls.session import CallSession
    from deskphone.line.calls.steps import Step

DialectName = str
"""Which verbs may stand in a document: see deskphone.line.verbs.DIALECTS."""


class Dialler(Protocol):
    """Dials other phones for a call."""

    def dial(self, parent_sid: str, request: LegRequest) -> Leg:
        """Ring a phone; return the leg at once."""
        ...

    def release(self, leg: Leg) -> None:
        """Hang up a leg, whatever it is doing; nothing happens when it is over."""
        ...


class Follow(Protocol):
    """Runs documents of their own for a call: what a queue or conference plays meanwhile."""

    def __call__(
        self,
        session: "CallSession",
        instructions: Instructions,
        dialect: DialectName,
        params: Callable[[], Fields],
    ) -> Awaitable["Step"]:
        """Fetch and run documents until they end; return what the last one led to.

        `params` makes the fields that each request carries beside those of the call. Raise
        WebhookError or TwimlError for a document that cannot be had or run.
        """
        ...


class TextSender(Protocol):
    """Sends texts for a call."""

    def send_from_call(
        self, call_sid: str, to: str, sender: str, body: str, status_callback: str
    ) -> Message:
        """Send a text; return the new message at once. The numbers and the body are valid."""
        ...


@dataclass(frozen=True)
class Services:
    """Handed to every call."""

    dialler: Dialler
    follow: Follow
    queues: QueuedCalls
    conferences: ConferenceRooms
    announcements: Announcements
    recorder: Recorder
    reports: StatusReports
    texts: TextSender
