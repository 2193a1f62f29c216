"""What the dialing Twimlets share: the numbers, the whisper, and the step after the call."""

import logging
from collections.abc import Sequence
from typing import Literal, NamedTuple, Self

from twilio.twiml.voice_response import Dial, VoiceResponse

from shared.answers.browsers import identity_of, parties
from shared.answers.facts import Facts
from shared.answers.notes import note
from shared.answers.numbers import same_numbers
from shared.answers.outbound import Outbound
from shared.answers.parameters import (
    Pairs,
    ignored,
    misplaced,
    next_url,
    seconds,
    step_url,
    text,
)
from shared.answers.redirection import Redirection
from shared.answers.spoken import apology
from shared.phone_numbers import E164

log = logging.getLogger(__name__)

# Twilio dials at most ten numbers at once; twimlets.com tries at most ten in turn.
MAX_NUMBERS = 10
TIMEOUT_S = 20


class Dialing(NamedTuple):
    """The numbers to dial, what they hear first, and where to continue if no one answers.

    `parameter` is the query parameter with the numbers; some may be browsers, as `client:ann`.
    `timeout_s` is how long each number rings, in seconds; None if it isn't given.
    """

    parameter: str
    phone_numbers: list[str]
    message: str
    timeout_s: int | None
    fail_url: str

    @classmethod
    def from_query(cls, query: Pairs, parameter: Literal["PhoneNumber", "PhoneNumbers"]) -> Self:
        """Read one PhoneNumber, or the first ten PhoneNumbers[n]; Message, Timeout and FailUrl."""
        misplaced(query, parameter, "Message", "Timeout", "FailUrl")
        most = 1 if parameter == "PhoneNumber" else MAX_NUMBERS
        return cls(
            parameter=parameter,
            phone_numbers=parties(query, parameter)[:most],
            message=text(query, "Message"),
            timeout_s=seconds(query, "Timeout"),
            fail_url=next_url(query, "FailUrl"),
        )


def dial_with_whisper(
    wanted: Dialing,
    numbers: Sequence[str],
    action: str,
    facts: Facts,
    outbound: Outbound,
    *,
    needs_a_key: bool = False,
) -> VoiceResponse:
    """Dial the numbers at once; TwimlWhisper asks the person who picks up to accept the call.

    In a browser, that person has already seen who is calling, and may have no keys to press. So a
    browser only gets a message, if there is one.
    """
    limit_s = outbound.call_limit_s
    dial = Dial(
        action=action,
        timeout=wanted.timeout_s or TIMEOUT_S,
        time_limit=limit_s,
        caller_id=shown_number(facts, outbound),
    )
    check = [("HumanCheck", "1")] if needs_a_key else []
    message = ("Message", wanted.message)
    for number in numbers:
        identity = identity_of(number)
        if identity:
            url = step_url("TwimlWhisper", message) if wanted.message else None
            dial.client(identity, url=url)
        else:
            dial.number(number, url=step_url("TwimlWhisper", message, *check))
    return VoiceResponse().append(dial)


def shown_number(facts: Facts, outbound: Outbound) -> str | None:
    """Return the number that the person called sees; None for the caller's own.

    A SIP address or a browser has none that a phone network accepts: without one of ours, Twilio
    doesn't place the call (error 13214). Ours is the app's number, or the one that was called.
    """
    if not any(":" in caller for caller in facts.denying("From", "Caller")):
        return None
    called = facts.posted("To") or ""
    return outbound.own_number or (called if E164.fullmatch(called) else None)


def own_step(function: str, fail_url: str) -> str:
    """Return the URL of a Twimlet's step after its <Dial>, including FailUrl if there is one."""
    fail = [("FailUrl", fail_url)] if fail_url else []
    return step_url(function, ("Dial", "true"), *fail)


def has_dialed(facts: Facts) -> bool:
    """Return whether this is the step after a <Dial>, with the app's mark and Twilio's result."""
    return facts.steering("Dial") is not None and bool(_status(facts))


def was_answered(facts: Facts) -> bool:
    """Return whether the caller and the called person were connected.

    `answered` is Twilio's word in its 2008 API. DialBridged is false if a person picked up but
    didn't accept the call after the whisper; twimlets.com predates that field.
    """
    is_completed = _status(facts) in ("completed", "answered")
    return is_completed and facts.steering("DialBridged") != "false"


def after_dialing(facts: Facts, fail_url: str) -> VoiceResponse | Redirection:
    """Hang up after a conversation; otherwise continue at `fail_url`, if there is one."""
    return hang_up() if was_answered(facts) or not fail_url else Redirection(fail_url)


def dialable(parameter: str, written: Sequence[str], facts: Facts, outbound: Outbound) -> list[str]:
    """Return the numbers of a parameter that may be dialed, in E.164, and its browsers.

    Skip and log numbers that the settings don't allow, values that aren't numbers, and the number
    that was called to get here. A line that dials itself would do so again and again until the
    first caller hangs up, and each of those calls costs money.
    """
    numbers: list[str] = []
    for party in written:
        is_browser = identity_of(party) and not outbound.is_switched_off
        numbers += [party] if is_browser else outbound.reachable(parameter, [party])
    phones = [number for number in numbers if not identity_of(number)]
    own = same_numbers(phones, facts.denying("To", "Called"))
    others = [number for number in numbers if number not in own]
    if len(others) < len(numbers):
        ignored(parameter, "is the line's own number, which must not dial itself")
    if not (written or has_dialed(facts)):
        note(log, "The query parameter %s is missing or has no phone number", parameter)
    return others


def no_one_to_dial(fail_url: str, outbound: Outbound) -> VoiceResponse | Redirection:
    """Continue at `fail_url`; without one, tell the caller that there is no one to call."""
    return Redirection(fail_url) if fail_url else unreachable(outbound)


def unreachable(outbound: Outbound) -> VoiceResponse:
    """Tell the caller that there is no one to call, or that nothing is dialed right now."""
    if not outbound.is_switched_off:
        return apology("it has no phone number that it's allowed to call")
    return not_now()


def not_now() -> VoiceResponse:
    """Tell the caller to try again later."""
    response = VoiceResponse()
    response.say("Sorry, this line isn't connecting calls right now. Please call again later.")
    return response


def hang_up() -> VoiceResponse:
    """End the call."""
    response = VoiceResponse()
    response.hangup()
    return response


def _status(facts: Facts) -> str | None:
    return facts.steering("DialCallStatus") or facts.steering("DialStatus")
