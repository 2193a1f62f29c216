"""The verbs of calls. To add one, write a class with `read` and `run` and add it to VOICE."""

from collections.abc import Mapping
from typing import Protocol

from deskphone.line.session.session import CallSession
from deskphone.line.session.steps import Step
from deskphone.line.verbs.dialing import Dial
from deskphone.line.verbs.gathering import Gather
from deskphone.line.verbs.leaving import Hangup, Redirect, Reject
from deskphone.line.verbs.queueing import Enqueue, LeaveQueue
from deskphone.line.verbs.recording import Record
from deskphone.line.verbs.speaking import Pause, Play, Say
from deskphone.line.verbs.texting import Sms
from deskphone.twiml import coverage
from deskphone.twiml.document import Dialect


class VoiceVerb(Protocol):
    """A verb in a call: `run` returns the next step, or None for the next verb."""

    async def run(self, session: CallSession) -> Step: ...


VOICE: Dialect[VoiceVerb] = Dialect(
    verbs={
        "Say": Say.read,
        "Play": Play.read,
        "Pause": Pause.read,
        "Gather": Gather.read,
        "Redirect": Redirect.read,
        "Reject": Reject.read,
        "Hangup": Hangup.read,
        "Dial": Dial.read,
        "Record": Record.read,
        "Enqueue": Enqueue.read,
        "Leave": LeaveQueue.read,
        "Sms": Sms.read,
    },
    elements=coverage.VOICE,
    unknown_verb=12200,
)


def _part(*names: str, otherwise: int = 12200, **not_here: int) -> Dialect[VoiceVerb]:
    """Return the dialect of a document that allows only these verbs.

    `not_here` has the codes for other verbs, where they differ.
    """
    verbs = {name: read for name, read in VOICE.verbs.items() if name in names}
    return Dialect(verbs, coverage.VOICE, otherwise, not_here)


DIALECTS: Mapping[str, Dialect[VoiceVerb]] = {
    "voice": VOICE,
    "whisper": _part("Say", "Play", "Pause", "Gather", "Redirect", "Hangup", Dial=13201),
    "queue wait": _part(
        "Say", "Play", "Pause", "Hangup", "Redirect", "Leave", "Gather", otherwise=12200
    ),
    "queue announcement": _part("Say", "Play", "Pause", "Redirect", otherwise=12200),
    "conference wait": _part("Say", "Play", "Pause", "Redirect", otherwise=13238),
}
"""TwiML for calls by where it is used (twilio.com/docs/voice/twiml/number and others)."""
