"""TwimlCallMe: connect the caller with one number that hears a message first, like callme."""

from typing import NamedTuple, Self

from twilio.twiml.voice_response import Dial, VoiceResponse

from shared.answers.dialling import (
    TIMEOUT_S,
    add_with_whisper,
    after_dialling,
    dialable,
    has_dialled,
    nobody_to_dial,
    own_step,
)
from shared.answers.outbound import Outbound
from shared.answers.parameters import (
    Field,
    Pairs,
    misplaced,
    next_url,
    phone_numbers,
    seconds,
    text,
)
from shared.answers.redirection import Redirection


class CallMe(NamedTuple):
    """Whom to dial, what they hear first, and what follows when nobody answers."""

    phone_numbers: list[str]
    message: str
    timeout_s: int
    fail_url: str

    @classmethod
    def from_query(cls, query: Pairs) -> Self:
        """Read PhoneNumber, Message, Timeout and FailUrl."""
        misplaced(query, "PhoneNumber", "Message", "Timeout", "FailUrl")
        return cls(
            phone_numbers=phone_numbers(query, "PhoneNumber")[:1],
            message=text(query, "Message"),
            timeout_s=seconds(query, "Timeout") or TIMEOUT_S,
            fail_url=next_url(query, "FailUrl"),
        )


def call_me(wanted: CallMe, field: Field, outbound: Outbound) -> VoiceResponse | Redirection:
    """Dial, or answer the step that follows."""
    if has_dialled(field):
        return after_dialling(field, wanted.fail_url)
    numbers = dialable("PhoneNumber", wanted.phone_numbers, field, outbound)
    if not numbers:
        return nobody_to_dial(wanted.fail_url, outbound)
    action = own_step("TwimlCallMe", wanted.fail_url)
    limit_s = outbound.call_limit_s
    dial = Dial(action=action, timeout=wanted.timeout_s, time_limit=limit_s)
    add_with_whisper(dial, numbers[0], wanted.message)
    return VoiceResponse().append(dial)
