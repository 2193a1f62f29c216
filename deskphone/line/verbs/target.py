"""The target of a <Dial>, and the outcome."""

import asyncio
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol

from deskphone.line.fields import Fields
from deskphone.line.recording.recorder import url_fields
from deskphone.line.session.session import CallSession
from deskphone.line.waiting import first_of
from deskphone.records.call import Track
from deskphone.records.instructions import StatusCallback
from deskphone.records.recording import RECORDING_EVENTS
from deskphone.twiml.source import NOT_KNOWN, Source

DIALED = "DialVerb"
WRONG_CALLBACK, WRONG_EVENT = 13256, 13621


@dataclass(frozen=True)
class DialOptions:
    """The attributes of <Dial> that its nouns need.

    `caller_id` is "" if it isn't given; `record` is one of Twilio's values.
    """

    timeout_s: int
    time_limit_s: int
    caller_id: str
    hangup_on_star: bool
    answer_on_bridge: bool
    sequential: bool
    record: str
    recording_callback: StatusCallback | None
    recording_track: Track


@dataclass(frozen=True)
class Outcome:
    """How a <Dial> ended.

    `status` is DialCallStatus; `fields` are the other fields for its action.
    """

    status: str
    fields: Fields = ()


NOT_BRIDGED = (("DialBridged", "false"),)


@dataclass
class Ending:
    """How a <Dial> would end if its caller hung up now; the target keeps it up to date."""

    outcome: Callable[[], Outcome]


class Target(Protocol):
    """A noun of <Dial>, or several of them."""

    @property
    def label(self) -> str:
        """Return a description of the target for people."""
        ...

    async def connect(self, session: CallSession, options: DialOptions, ending: Ending) -> Outcome:
        """Connect the call until either side leaves; a canceled task hangs up the dialed calls."""
        ...


def recording_callback(source: Source) -> StatusCallback | None:
    """Read the recording status callback, which is the same for all verbs that record."""
    url = source.value("recordingStatusCallback")
    method = source.method("recordingStatusCallbackMethod", NOT_KNOWN)
    events = source.several(
        "recordingStatusCallbackEvent", RECORDING_EVENTS, ("completed",), WRONG_EVENT
    )
    return StatusCallback(url, method, events) if url else None


@contextmanager
def recorded(
    session: CallSession, options: DialOptions, *since: Literal["ringing", "answer"]
) -> Generator[None]:
    """Record the call while this context is open, if its options say to record from `since`."""
    if not options.record.startswith(tuple(f"record-from-{one}" for one in since)):
        yield
        return
    callback = session.absolute(options.recording_callback, WRONG_CALLBACK)
    channels = 2 if options.record.endswith("-dual") else 1
    recorder = session.services.recorder
    how = {"callback": callback, "channels": channels, "track": options.recording_track}
    with recorder.recording(session.call, DIALED, **how):
        yield


def recording_fields(session: CallSession, since: datetime) -> Fields:
    """Return the action's fields for a recording that <Dial> made since it began."""
    recorder = session.services.recorder
    for recording in recorder.of_call(session.sid):
        if recording.source == DIALED and recording.created >= since:
            ended = recorder.finish(recording.sid)
            if ended is not None and ended.status == "completed":
                return url_fields(ended)
    return ()


async def until_parted(session: CallSession, options: DialOptions, over: asyncio.Event) -> None:
    """Wait until `over`, the time limit, or a * from the caller if hangupOnStar is set."""
    session.handset.forget()  # a * while it was ringing doesn't count
    deadline = session.clock.now() + timedelta(seconds=options.time_limit_s)

    async def rest() -> None:
        seconds = (deadline - session.clock.now()).total_seconds()
        await first_of(over.wait(), session.clock.limit(seconds))

    key = await session.handset.next_key(rest())
    while key is not None and not (options.hangup_on_star and key == "*"):
        key = await session.handset.next_key(rest())
