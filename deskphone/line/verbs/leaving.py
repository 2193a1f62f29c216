"""Redirect, Reject and Hangup: the verbs that leave a document."""

from dataclasses import dataclass

from deskphone.line.session.session import CallSession
from deskphone.line.session.steps import End, Fetch, Step
from deskphone.twiml.source import Source


@dataclass(frozen=True)
class Redirect:
    """Continue with the document at a URL; without one, repeat the current document.

    It doesn't answer the call, so the next document may still reject it.
    """

    url: str
    method: str

    @classmethod
    def read(cls, source: Source) -> "Redirect":
        return cls(source.text(), source.method("method", 13710))

    async def run(self, session: CallSession) -> Step:
        session.journal.note("Redirect", self.url)
        return Fetch(session.resolve(self.url), self.method)


@dataclass(frozen=True)
class Reject:
    """Reject an unanswered incoming call; end an answered call."""

    reason: str

    @classmethod
    def read(cls, source: Source) -> "Reject":
        source.children(gaps=("Parameter",))
        return cls(source.one_of("reason", ("rejected", "busy"), "rejected", 13810))

    async def run(self, session: CallSession) -> Step:
        session.journal.note("Reject", reason=self.reason)
        if session.answered:
            return End("completed")
        return End("busy" if self.reason == "busy" else "no-answer")


@dataclass(frozen=True)
class Hangup:
    """End the call. As the first verb, it answers (and bills) the call first."""

    @classmethod
    def read(cls, source: Source) -> "Hangup":
        source.children(gaps=("Parameter",))
        return cls()

    async def run(self, session: CallSession) -> Step:
        session.answer()
        session.journal.note("Hangup")
        return End("completed")
