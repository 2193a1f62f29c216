"""Gather: keys from the caller (twilio.com/docs/voice/twiml/gather)."""

from dataclasses import dataclass

from emulator.line.reading import GapError, Source
from emulator.line.session import CallSession, Step
from emulator.line.verbs.speaking import Pause, Play, Say

PROMPTS = {"Say": Say.read, "Play": Play.read, "Pause": Pause.read}
INPUTS = ("dtmf", "speech", "dtmf speech", "speech dtmf")


@dataclass(frozen=True)
class Gather:
    """Play the prompts and collect keys; the first key ends the prompts."""

    action: str
    method: str
    timeout_s: int
    num_digits: int
    finish_on_key: str
    action_on_empty_result: bool
    prompts: tuple[Say | Play | Pause, ...]

    @classmethod
    def read(cls, source: Source) -> "Gather":
        kind = source.one_of("input", INPUTS, "dtmf", 13326)
        if kind != "dtmf":
            raise GapError(f'input="{kind}" of <Gather>')
        return cls(
            action=source.value("action"),
            method=source.one_of("method", ("GET", "POST"), "POST", 13312),
            timeout_s=source.whole("timeout", default=5, minimum=1, warning=13313),
            num_digits=source.whole("numDigits", default=0, minimum=1, warning=13314),
            finish_on_key=source.matching("finishOnKey", r"[0-9#*]?", default="#", warning=13311),
            action_on_empty_result=source.flag("actionOnEmptyResult", default=False, warning=13338),
            prompts=tuple(_prompts(source)),
        )

    async def run(self, session: CallSession) -> Step:
        session.answer()
        attributes = {"timeout": str(self.timeout_s), "finishOnKey": self.finish_on_key}
        if self.num_digits:
            attributes["numDigits"] = str(self.num_digits)
        session.note("Gather", **attributes)
        session.forget_heard()
        with session.wanting("keys"):
            digits = await self._digits(session)
        if digits or self.action_on_empty_result:
            return session.fetch(self.action, self.method, Digits=digits)
        return None

    async def _digits(self, session: CallSession) -> str:
        """Collect until enough keys, the finishing key or silence; each key restarts the timer."""
        digits = ""
        key = await session.next_key(self._play_prompts(session))
        if key is None:
            key = await session.next_key(session.wait(self.timeout_s))
        while key is not None:
            if key == self.finish_on_key:
                return digits
            digits += key
            if len(digits) == self.num_digits:
                return digits
            key = await session.next_key(session.wait(self.timeout_s))
        return digits

    async def _play_prompts(self, session: CallSession) -> None:
        for prompt in self.prompts:
            await prompt.run(session)


def _prompts(source: Source) -> list[Say | Play | Pause]:
    """Read what is nested; what cannot be a prompt is a warning and left out."""
    prompts: list[Say | Play | Pause] = []
    for child in source.children(*PROMPTS, warning=13320):
        prompt = PROMPTS[child.name](child)
        child.finish()
        if isinstance(prompt, Play) and prompt.digits:
            source.warn(13325, "<Play> inside <Gather> cannot play digits")
        else:
            prompts.append(prompt)
    return prompts
