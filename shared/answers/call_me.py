"""TwimlCallMe: connect the caller to one number, which hears a message first, like callme."""

from twilio.twiml.voice_response import VoiceResponse

from shared.answers.dialing import (
    Dialing,
    after_dialing,
    dial_with_whisper,
    dialable,
    has_dialed,
    no_one_to_dial,
    own_step,
)
from shared.answers.facts import Facts
from shared.answers.outbound import Outbound
from shared.answers.redirection import Redirection


def call_me(wanted: Dialing, facts: Facts, outbound: Outbound) -> VoiceResponse | Redirection:
    """Dial, or handle the step after the <Dial>."""
    if has_dialed(facts):
        return after_dialing(facts, wanted.fail_url)
    numbers = dialable(wanted.parameter, wanted.phone_numbers, facts, outbound)
    if not numbers:
        return no_one_to_dial(wanted.fail_url, outbound)
    return dial_with_whisper(
        wanted, numbers, own_step("TwimlCallMe", wanted.fail_url), facts, outbound
    )
