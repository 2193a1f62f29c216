"""The verbs. A new verb is one class with `read` and `run`, and a line in VOICE or MESSAGING."""

from typing import Protocol

from emulator.line import coverage
from emulator.line.document import Dialect
from emulator.line.session import CallSession, Step
from emulator.line.verbs.gathering import Gather
from emulator.line.verbs.leaving import Hangup, Redirect, Reject
from emulator.line.verbs.messaging import RedirectText, Reply
from emulator.line.verbs.speaking import Pause, Play, Say


class VoiceVerb(Protocol):
    """A verb in a call: `run` returns what comes next, None for the verb after it."""

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
    },
    elements=coverage.VOICE,
    unknown_verb=12200,
)

MESSAGING: Dialect[Reply | RedirectText] = Dialect(
    verbs={"Message": Reply.read, "Redirect": RedirectText.read},
    elements=coverage.MESSAGING,
    unknown_verb=14110,
)
