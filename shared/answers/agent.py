"""TwimlAgent: connect an agent with the caller who has waited longest in a queue."""

from typing import Literal, NamedTuple, Self

from twilio.twiml.voice_response import Dial, VoiceResponse

from shared.answers.dialing import was_answered
from shared.answers.facts import Facts
from shared.answers.parameters import (
    Pairs,
    entries,
    flag,
    named,
    seconds,
    step_url,
    text,
)
from shared.answers.parties import restricted
from shared.answers.queue import queue_name
from shared.answers.spoken import play_or_say

Step = Literal["", "connect", "end"]

PARAMETERS = ("Name", "Message", "Timeout", "Next", "AllowedCallers")
TIMEOUT_S = 10
MESSAGE = "You are being connected."


class Agent(NamedTuple):
    """The queue, how the agent takes calls, and who may be an agent.

    `step` is "" when the agent calls, `connect` for the caller leaving the queue, `end` after a
    call. `message` is for that caller, `timeout_s` is how long the agent waits for one, and
    `takes_next` says whether to continue with the next one. `allowed_callers` are the agents'
    numbers; with an empty list, anyone can be an agent.
    """

    step: Step
    name: str
    message: str
    timeout_s: int
    takes_next: bool
    allowed_callers: list[str]
    passed_on: Pairs

    @classmethod
    def from_query(cls, query: Pairs) -> Self:
        """Read `PARAMETERS` and Step."""
        step = text(query, "Step")
        return cls(
            step=step if step == "connect" or step == "end" else "",
            name=queue_name(query),
            message=text(query, "Message") or MESSAGE,
            timeout_s=seconds(query, "Timeout") or TIMEOUT_S,
            takes_next=flag(query, "Next"),
            allowed_callers=entries(query, "AllowedCallers"),
            passed_on=named(query, PARAMETERS),
        )


def agent(wanted: Agent, facts: Facts) -> VoiceResponse:
    """Return the document for a step; `facts` are what Twilio says about the call."""
    if wanted.step == "connect":
        response = VoiceResponse()
        play_or_say(response, wanted.message)
        return response
    if wanted.step == "end":
        return _after(wanted, facts)
    # The other steps need no check: they follow this one, or are for a caller in the queue.
    return restricted(wanted.allowed_callers, facts) or _next_caller(wanted)


def _next_caller(wanted: Agent) -> VoiceResponse:
    """Dial the queue. With `takes_next`, the agent can end a call with * and stay on the line."""
    dial = Dial(
        action=_url_of("end", wanted),
        timeout=wanted.timeout_s,
        hangup_on_star=True if wanted.takes_next else None,
    )
    dial.queue(wanted.name, url=_url_of("connect", wanted))
    response = VoiceResponse()
    response.append(dial)
    return response


def _after(wanted: Agent, facts: Facts) -> VoiceResponse:
    """Continue with the next caller, or hang up; a queue that doesn't exist yet is empty too."""
    response = VoiceResponse()
    has_talked = was_answered(facts)
    if has_talked and wanted.takes_next:
        response.redirect(step_url("TwimlAgent", *wanted.passed_on))
        return response
    response.say("Goodbye." if has_talked else "No one is waiting. Goodbye.")
    response.hangup()
    return response


def _url_of(step: Step, wanted: Agent) -> str:
    return step_url("TwimlAgent", ("Step", step), *wanted.passed_on)
