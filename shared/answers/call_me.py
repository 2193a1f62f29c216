"""TwimlCallMe: connect the caller with one number that hears a message first, like callme."""

from typing import NamedTuple, Self

from twilio.twiml.voice_response import Dial, VoiceResponse

from shared.answers.dialling import (
    TIMEOUT_S,
    add_with_whisper,
    after_dialling,
    has_dialled,
    is_line,
    nobody_to_dial,
    own_step,
)
from shared.responses import Redirection
from shared.twimlet_parameters import Field, Pairs, misplaced, next_url, phone_number, seconds, text


class CallMe(NamedTuple):
    """Whom to dial, what they hear first, and what follows when nobody answers."""

    phone_number: str
    message: str
    timeout_s: int
    fail_url: str

    @classmethod
    def from_query(cls, query: Pairs) -> Self:
        """Read PhoneNumber, Message, Timeout and FailUrl."""
        misplaced(query, "PhoneNumber", "Message", "Timeout", "FailUrl")
        return cls(
            phone_number=phone_number(query, "PhoneNumber"),
            message=text(query, "Message"),
            timeout_s=seconds(query, "Timeout") or TIMEOUT_S,
            fail_url=next_url(query, "FailUrl"),
        )


def call_me(wanted: CallMe, field: Field) -> VoiceResponse | Redirection:
    """Dial, or answer the step that follows."""
    if has_dialled(field):
        return after_dialling(field, wanted.fail_url)
    if not wanted.phone_number or is_line(wanted.phone_number, field):
        return nobody_to_dial("PhoneNumber", wanted.fail_url)
    action = own_step("TwimlCallMe", wanted.fail_url)
    dial = Dial(action=action, timeout=wanted.timeout_s)
    add_with_whisper(dial, wanted.phone_number, wanted.message)
    return VoiceResponse().append(dial)
