"""TwimlSimulring: ring several numbers at once, like twimlets.com/simulring."""

from typing import NamedTuple, Self

from twilio.twiml.voice_response import Dial, VoiceResponse

from shared.answers.dialling import (
    MAX_NUMBERS,
    TIMEOUT_S,
    add_with_whisper,
    after_dialling,
    dialable,
    has_dialled,
    nobody_to_dial,
)
from shared.answers.outbound import Outbound
from shared.answers.parameters import (
    Field,
    Pairs,
    misplaced,
    next_url,
    phone_numbers,
    seconds,
    step_url,
    text,
)
from shared.answers.redirection import Redirection


class Simulring(NamedTuple):
    """Whom to ring, what they hear first, and what follows when nobody answers."""

    phone_numbers: list[str]
    message: str
    timeout_s: int
    fail_url: str

    @classmethod
    def from_query(cls, query: Pairs) -> Self:
        """Read PhoneNumbers[n] (the first ten), Message, Timeout and FailUrl."""
        misplaced(query, "PhoneNumbers", "Message", "Timeout", "FailUrl")
        return cls(
            phone_numbers=phone_numbers(query, "PhoneNumbers")[:MAX_NUMBERS],
            message=text(query, "Message"),
            timeout_s=seconds(query, "Timeout") or TIMEOUT_S,
            fail_url=next_url(query, "FailUrl"),
        )


def simulring(wanted: Simulring, field: Field, outbound: Outbound) -> VoiceResponse | Redirection:
    """Ring all numbers, in sorted order, or answer the step that follows."""
    if has_dialled(field):
        return after_dialling(field, wanted.fail_url)
    numbers = dialable("PhoneNumbers", wanted.phone_numbers, field, outbound)
    if not numbers:
        return nobody_to_dial(wanted.fail_url, outbound)
    action = step_url("TwimlSimulring", ("Dial", "true"), ("FailUrl", wanted.fail_url))
    limit_s = outbound.call_limit_s
    dial = Dial(action=action, timeout=wanted.timeout_s, time_limit=limit_s)
    for number in sorted(numbers):
        add_with_whisper(dial, number, wanted.message)
    return VoiceResponse().append(dial)
