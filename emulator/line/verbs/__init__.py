"""The verbs. A new verb is one class with `read` and `run`, and a line in VOICE or MESSAGING."""

from typing import Protocol

from emulator.line import coverage
from emulator.line.document import Language
from emulator.line.session import CallSession, Step
from emulator.line.verbs.gathering import Gather
from emulator.line.verbs.leaving import Hangup, Redirect, Reject
from emulator.line.verbs.messaging import Message, RedirectText
from emulator.line.verbs.speaking import Pause, Play, Say


class VoiceVerb(Protocol):
    """A verb in a call: `run` returns what comes next, None for the verb after it."""

    async def run(self, session: CallSession) -> Step: ...


def _missing(elements: dict[str, coverage.Element]) -> frozenset[str]:
    return frozenset(name for name, element in elements.items() if element.level == "no")


VOICE: Language[VoiceVerb] = Language(
    verbs={
        "Say": Say.read,
        "Play": Play.read,
        "Pause": Pause.read,
        "Gather": Gather.read,
        "Redirect": Redirect.read,
        "Reject": Reject.read,
        "Hangup": Hangup.read,
    },
    gaps=coverage.gaps(coverage.VOICE),
    missing=_missing(dict(coverage.VOICE)),
    unknown_verb=12200,
)

MESSAGING: Language[Message | RedirectText] = Language(
    verbs={"Message": Message.read, "Redirect": RedirectText.read},
    gaps=coverage.gaps(coverage.MESSAGING),
    missing=_missing(dict(coverage.MESSAGING)),
    unknown_verb=14110,
)
