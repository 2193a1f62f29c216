"""TwimlForward: connect the caller to one number, like twimlets.com/forward."""

from typing import NamedTuple, Self

from twilio.twiml.voice_response import Dial, VoiceResponse

from shared.answers.browsers import identity_of, parties
from shared.answers.dialing import (
    TIMEOUT_S,
    after_dialing,
    dialable,
    has_dialed,
    no_one_to_dial,
    own_step,
    shown_number,
)
from shared.answers.facts import Facts
from shared.answers.outbound import Outbound
from shared.answers.parameters import (
    Pairs,
    entries,
    misplaced,
    next_url,
    phone_number,
    seconds,
)
from shared.answers.parties import restricted
from shared.answers.redirection import Redirection


class Forward(NamedTuple):
    """The number or browser to dial, who may use it, and where to continue if no one answers."""

    phone_numbers: list[str]
    caller_id: str
    timeout_s: int
    fail_url: str
    allowed_callers: list[str]

    @classmethod
    def from_query(cls, query: Pairs) -> Self:
        """Read PhoneNumber, CallerId, Timeout, FailUrl and AllowedCallers[n]."""
        misplaced(query, "PhoneNumber", "CallerId", "Timeout", "FailUrl", "AllowedCallers")
        return cls(
            phone_numbers=parties(query, "PhoneNumber")[:1],
            caller_id=phone_number(query, "CallerId"),
            timeout_s=seconds(query, "Timeout") or TIMEOUT_S,
            fail_url=next_url(query, "FailUrl"),
            allowed_callers=entries(query, "AllowedCallers"),
        )


def forward(wanted: Forward, facts: Facts, outbound: Outbound) -> VoiceResponse | Redirection:
    """Dial, or handle the step after the <Dial>; `facts` are what Twilio says about the call."""
    if has_dialed(facts):
        return after_dialing(facts, wanted.fail_url)
    refusal = restricted(wanted.allowed_callers, facts)
    if refusal is not None:
        return refusal
    numbers = dialable("PhoneNumber", wanted.phone_numbers, facts, outbound)
    if not numbers:
        return no_one_to_dial(wanted.fail_url, outbound)
    identity = identity_of(numbers[0])
    dial = Dial(
        None if identity else numbers[0],
        action=own_step("TwimlForward", wanted.fail_url),
        timeout=wanted.timeout_s,
        time_limit=outbound.call_limit_s,
        caller_id=wanted.caller_id or shown_number(facts, outbound),
    )
    if identity:
        dial.client(identity)
    return VoiceResponse().append(dial)
