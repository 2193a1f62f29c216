"""TwimlAgent: connect somebody who serves a queue with the caller who has waited longest."""

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
    """Which queue is served, how, and by whom.

    `step` is `` when the agent takes a call, `connect` for the caller who comes out of the queue,
    `end` after a call. `message` is what that caller hears, `timeout_s` how long the agent waits
    for a caller, `takes_next` whether another one follows. `allowed_callers` are the numbers of
    the agents; an empty list lets everybody serve.
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
    """The document of a step; `facts` are what Twilio tells of the call."""
    if wanted.step == "connect":
        response = VoiceResponse()
        play_or_say(response, wanted.message)
        return response
    if wanted.step == "end":
        return _after(wanted, facts)
    # The other steps are asked for by whoever got past this one, or for a caller in the queue.
    return restricted(wanted.allowed_callers, facts) or _next_caller(wanted)


def _next_caller(wanted: Agent) -> VoiceResponse:
    """Dial the queue. An agent who goes on may end a call with the star and stay on the line."""
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
    """Go on with the next caller, or part; a queue that nobody has entered yet is empty too."""
    response = VoiceResponse()
    has_talked = was_answered(facts)
    if has_talked and wanted.takes_next:
        response.redirect(step_url("TwimlAgent", *wanted.passed_on))
        return response
    response.say("Good bye." if has_talked else "No one is waiting. Good bye.")
    response.hangup()
    return response


def _url_of(step: Step, wanted: Agent) -> str:
    return step_url("TwimlAgent", ("Step", step), *wanted.passed_on)
