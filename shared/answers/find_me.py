"""TwimlFindMe: try one number after another, like twimlets.com/findme."""

from typing import NamedTuple, Self

from twilio.twiml.voice_response import Dial, VoiceResponse

from shared.answers.dialling import (
    MAX_NUMBERS,
    add_with_whisper,
    dialable,
    hang_up,
    has_dialled,
    nobody_to_dial,
    was_answered,
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

TIMEOUT_S = 60


class FindMe(NamedTuple):
    """Whom to try, in this order; `timeout_s` (seconds for each) is None where none is given."""

    phone_numbers: list[str]
    message: str
    timeout_s: int | None
    fail_url: str

    @classmethod
    def from_query(cls, query: Pairs) -> Self:
        """Read PhoneNumbers[n] (the first ten), Message, Timeout and FailUrl."""
        misplaced(query, "PhoneNumbers", "Message", "Timeout", "FailUrl")
        return cls(
            phone_numbers=phone_numbers(query, "PhoneNumbers")[:MAX_NUMBERS],
            message=text(query, "Message"),
            timeout_s=seconds(query, "Timeout"),
            fail_url=next_url(query, "FailUrl"),
        )


def find_me(wanted: FindMe, field: Field, outbound: Outbound) -> VoiceResponse | Redirection:
    """Dial the first number; the next step has those that are left. With none left, give up."""
    if has_dialled(field) and was_answered(field):
        return hang_up()
    numbers = dialable("PhoneNumbers", wanted.phone_numbers, field, outbound)
    if not numbers and wanted.phone_numbers and not has_dialled(field):
        return nobody_to_dial(wanted.fail_url, outbound)
    if not numbers:
        return Redirection(wanted.fail_url) if wanted.fail_url else hang_up()
    dial = Dial(
        action=_next_step(wanted, numbers[1:]),
        timeout=wanted.timeout_s or TIMEOUT_S,
        time_limit=outbound.call_limit_s,
    )
    add_with_whisper(dial, numbers[0], wanted.message, needs_a_key=True)
    return VoiceResponse().append(dial)


def _next_step(wanted: FindMe, numbers: list[str]) -> str:
    return step_url(
        "TwimlFindMe",
        ("Dial", "true"),
        ("FailUrl", wanted.fail_url),
        ("Timeout", str(wanted.timeout_s or "")),
        ("Message", wanted.message),
        *(("PhoneNumbers[]", number) for number in numbers),
    )
