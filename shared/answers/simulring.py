"""TwimlSimulring: ring several numbers at once, like twimlets.com/simulring."""

from twilio.twiml.voice_response import VoiceResponse

from shared.answers.dialing import (
    Dialing,
    after_dialing,
    dial_with_whisper,
    dialable,
    has_dialed,
    no_one_to_dial,
)
from shared.answers.facts import Facts
from shared.answers.outbound import Outbound
from shared.answers.parameters import step_url
from shared.answers.redirection import Redirection


def simulring(wanted: Dialing, facts: Facts, outbound: Outbound) -> VoiceResponse | Redirection:
    """Ring all numbers, in sorted order, or handle the step after the <Dial>."""
    if has_dialed(facts):
        return after_dialing(facts, wanted.fail_url)
    numbers = dialable(wanted.parameter, wanted.phone_numbers, facts, outbound)
    if not numbers:
        return no_one_to_dial(wanted.fail_url, outbound)
    action = step_url("TwimlSimulring", ("Dial", "true"), ("FailUrl", wanted.fail_url))
    return dial_with_whisper(wanted, sorted(numbers), action, facts, outbound)
