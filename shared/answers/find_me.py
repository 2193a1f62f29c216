"""TwimlFindMe: try several numbers in turn, like twimlets.com/findme."""

from twilio.twiml.voice_response import VoiceResponse

from shared.answers.dialing import (
    Dialing,
    dial_with_whisper,
    dialable,
    hang_up,
    has_dialed,
    no_one_to_dial,
    was_answered,
)
from shared.answers.facts import Facts
from shared.answers.outbound import Outbound
from shared.answers.parameters import step_url
from shared.answers.redirection import Redirection

TIMEOUT_S = 60


def find_me(wanted: Dialing, facts: Facts, outbound: Outbound) -> VoiceResponse | Redirection:
    """Dial the first number and pass the rest to the next step; give up if there are no more."""
    if has_dialed(facts) and was_answered(facts):
        return hang_up()
    numbers = dialable(wanted.parameter, wanted.phone_numbers, facts, outbound)
    if not numbers and wanted.phone_numbers and not has_dialed(facts):
        return no_one_to_dial(wanted.fail_url, outbound)
    if not numbers:
        return Redirection(wanted.fail_url) if wanted.fail_url else hang_up()
    patient = wanted._replace(timeout_s=wanted.timeout_s or TIMEOUT_S)
    action = _next_step(wanted, numbers[1:])
    return dial_with_whisper(patient, numbers[:1], action, facts, outbound, needs_a_key=True)


def _next_step(wanted: Dialing, numbers: list[str]) -> str:
    return step_url(
        "TwimlFindMe",
        ("Dial", "true"),
        ("FailUrl", wanted.fail_url),
        ("Timeout", str(wanted.timeout_s or "")),
        ("Message", wanted.message),
        *(("PhoneNumbers[]", number) for number in numbers),
    )
