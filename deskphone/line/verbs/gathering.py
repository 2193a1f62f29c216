"""Gather: keys or speech from the caller (twilio.com/docs/voice/twiml/gather)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from deskphone.line.fields import Fields
from deskphone.line.session.handset import Speech
from deskphone.line.session.session import CallSession
from deskphone.line.session.steps import Step
from deskphone.line.verbs.listening import Listening
from deskphone.line.verbs.speaking import Pause, Play, Say
from deskphone.records.call import Want
from deskphone.twiml.source import NOT_KNOWN, Source

PROMPTS: Mapping[str, Callable[[Source], Say | Play | Pause]] = {
    "Say": partial(Say.read, wrong_loop=13322),
    "Play": partial(Play.read, wrong_type=13325),
    "Pause": Pause.read,
}
INPUTS = ("dtmf", "speech", "dtmf speech", "speech dtmf")
WANTS: Mapping[str, Want] = {"dtmf": "keys", "speech": "speech"}
ENDED = "Gather End"
"""The value of `msg`, which every recorded request to an action has, but no document names."""
KINDS = {"dtmf": str, "speech": Speech}


@dataclass(frozen=True)
class Gather:
    """Play the prompts and collect keys or speech; the first input ends the prompts.

    `inputs` are dtmf, speech or both.
    """

    action: str
    method: str
    timeout_s: int
    num_digits: int
    finish_on_key: str
    action_on_empty_result: bool
    prompts: tuple[Say | Play | Pause, ...]
    inputs: tuple[str, ...]
    listening: Listening

    @classmethod
    def read(cls, source: Source) -> "Gather":
        timeout_s = source.whole("timeout", default=5, minimum=1, warning=13313)
        return cls(
            action=source.value("action"),
            method=source.method("method", 13312),
            timeout_s=timeout_s,
            num_digits=source.whole("numDigits", default=0, minimum=1, warning=13314),
            finish_on_key=source.matching("finishOnKey", r"[0-9#*]?", default="#", warning=13311),
            action_on_empty_result=source.flag("actionOnEmptyResult", default=False, warning=13338),
            prompts=tuple(_prompts(source)),
            inputs=tuple(source.one_of("input", INPUTS, "dtmf", 13326).split()),
            listening=Listening.read(source, timeout_s),
        )

    async def run(self, session: CallSession) -> Step:
        session.answer()
        attributes = {"timeout": str(self.timeout_s), "input": " ".join(self.inputs)}
        if "dtmf" in self.inputs:
            attributes["finishOnKey"] = self.finish_on_key
        if self.num_digits:
            attributes["numDigits"] = str(self.num_digits)
        session.journal.note("Gather", **attributes)
        session.handset.forget()
        wants: list[Want] = [WANTS[one] for one in self.inputs]
        with session.journal.wanting(*wants):
            result = await self._result(session)
        if not result and self.action_on_empty_result:
            result = _digits("", "") if "dtmf" in self.inputs else (("SpeechResult", ""),)
        if not result:
            return None
        return session.fetch(self.action, self.method, **dict(result), msg=ENDED)

    async def _result(self, session: CallSession) -> Fields:
        """Return the fields for the action; empty if there was no input."""
        kinds = [KINDS[one] for one in self.inputs]
        first = await session.handset.next_heard(self._play_prompts(session), *kinds)
        if first is None:
            first = await session.handset.next_heard(session.limit(self.timeout_s), *kinds)
        if isinstance(first, Speech):
            return await self.listening.listen(session, first)
        return await self._keys(session, first) if isinstance(first, str) else ()

    async def _keys(self, session: CallSession, first: str) -> Fields:
        """Collect keys until there are enough, a finishing key, or a timeout since the last key."""
        digits = ""
        key: str | None = first
        while key is not None and key != self.finish_on_key:
            digits += key
            if len(digits) == self.num_digits:
                return _digits(digits, "")
            key = await session.handset.next_key(session.wait(self.timeout_s))
        return _digits(digits, key or "") if digits else ()

    async def _play_prompts(self, session: CallSession) -> None:
        for prompt in self.prompts:
            await prompt.run(session)


def _digits(digits: str, finished_on: str) -> Fields:
    """Return the fields for keys; `finished_on` is the key that ended them, or ""."""
    return (("Digits", digits), ("FinishedOnKey", finished_on))


def _prompts(source: Source) -> list[Say | Play | Pause]:
    """Read the nested prompts; warn about anything else and leave it out."""
    prompts: list[Say | Play | Pause] = []
    for child in source.children(*PROMPTS, warning=13320):
        prompt = PROMPTS[child.name](child)
        child.finish()
        if isinstance(prompt, Play) and prompt.digits:
            source.warn(NOT_KNOWN, "<Play> inside <Gather> can't play digits")
        else:
            prompts.append(prompt)
    return prompts
