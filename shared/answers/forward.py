"""TwimlForward: connect the caller with one number, like twimlets.com/forward."""

from typing import NamedTuple, Self

from twilio.twiml.voice_response import VoiceResponse

from shared.answers.dialling import (
    TIMEOUT_S,
    after_dialling,
    has_dialled,
    is_line,
    nobody_to_dial,
    own_step,
)
from shared.answers.spoken import restricted
from shared.responses import Redirection
from shared.twimlet_parameters import (
    Field,
    Pairs,
    entries,
    misplaced,
    next_url,
    phone_number,
    seconds,
)


class Forward(NamedTuple):
    """Whom to dial, for whom, and what follows when nobody answers."""

    phone_number: str
    caller_id: str
    timeout_s: int
    fail_url: str
    allowed_callers: list[str]

    @classmethod
    def from_query(cls, query: Pairs) -> Self:
        """Read PhoneNumber, CallerId, Timeout, FailUrl and AllowedCallers[n]."""
        misplaced(query, "PhoneNumber", "CallerId", "Timeout", "FailUrl", "AllowedCallers")
        return cls(
            phone_number=phone_number(query, "PhoneNumber"),
            caller_id=phone_number(query, "CallerId"),
            timeout_s=seconds(query, "Timeout") or TIMEOUT_S,
            fail_url=next_url(query, "FailUrl"),
            allowed_callers=entries(query, "AllowedCallers"),
        )


def forward(wanted: Forward, field: Field) -> VoiceResponse | Redirection:
    """Dial, or answer the step that follows; `field` gives what Twilio tells of the call."""
    if has_dialled(field):
        return after_dialling(field, wanted.fail_url)
    refusal = restricted(wanted.allowed_callers, field)
    if refusal is not None:
        return refusal
    if not wanted.phone_number or is_line(wanted.phone_number, field):
        return nobody_to_dial("PhoneNumber", wanted.fail_url)
    response = VoiceResponse()
    response.dial(
        wanted.phone_number,
        action=own_step("TwimlForward", wanted.fail_url),
        timeout=wanted.timeout_s,
        caller_id=wanted.caller_id or None,
    )
    return response
