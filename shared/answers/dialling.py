"""What the Twimlets that dial have in common: the whisper, and the step after the call."""

from collections.abc import Sequence

from twilio.twiml.voice_response import Dial, VoiceResponse

from shared.answers.outbound import Outbound
from shared.answers.parameters import Field, ignored, is_same_number, step_url
from shared.answers.redirection import Redirection
from shared.answers.spoken import apology

# Twilio dials at most ten numbers at once; twimlets.com tries at most ten one after another.
MAX_NUMBERS = 10
TIMEOUT_S = 20


def own_step(function: str, fail_url: str) -> str:
    """The URL of a Twimlet's step after its <Dial>; FailUrl stands in it where there is one."""
    fail = [("FailUrl", fail_url)] if fail_url else []
    return step_url(function, ("Dial", "true"), *fail)


def has_dialled(field: Field) -> bool:
    """Whether this is the step after a <Dial> of a Twimlet: its own mark, and Twilio's result."""
    return field("Dial") is not None and bool(_status(field))


def was_answered(field: Field) -> bool:
    """Whether caller and called person were connected.

    `answered` is Twilio's word for it in the API of 2008. DialBridged tells of somebody who picked
    up but did not take the call when the whisper asked; twimlets.com is older than this field.
    """
    return _status(field) in ("completed", "answered") and field("DialBridged") != "false"


def after_dialling(field: Field, fail_url: str) -> VoiceResponse | Redirection:
    """Hang up after a conversation; otherwise go on at `fail_url`, if there is one."""
    return hang_up() if was_answered(field) or not fail_url else Redirection(fail_url)


def is_line(number: str, field: Field) -> bool:
    """Whether a number is the one that was called to get here.

    A line that dials itself is called, dials itself again, and so on until the first caller hangs
    up: each of these calls costs.
    """
    return is_same_number(number, field("To") or field("Called") or "")


def dialable(parameter: str, written: Sequence[str], field: Field, outbound: Outbound) -> list[str]:
    """The numbers of a parameter that may be dialled, in E.164: what is dialled was checked.

    What the settings do not allow, what is no number, and the number that was called to get here
    are left out, and the log says so.
    """
    numbers = outbound.reachable(parameter, written)
    others = [number for number in numbers if not is_line(number, field)]
    if len(others) < len(numbers) or not (written or has_dialled(field)):
        ignored(parameter)
    return others


def nobody_to_dial(fail_url: str, outbound: Outbound) -> VoiceResponse | Redirection:
    """Go on at `fail_url`; without one, tell the caller that nobody can be called."""
    if fail_url:
        return Redirection(fail_url)
    if not outbound.is_switched_off:
        return apology("it has no phone number that it may call")
    response = VoiceResponse()
    response.say("Sorry, this line connects no calls at the moment. Please call again later.")
    return response


def hang_up() -> VoiceResponse:
    """End the call."""
    response = VoiceResponse()
    response.hangup()
    return response


def add_with_whisper(dial: Dial, number: str, message: str, *, needs_a_key: bool = False) -> None:
    """Dial a number, and let TwimlWhisper ask who picks up whether to take the call."""
    check = [("HumanCheck", "1")] if needs_a_key else []
    dial.number(number, url=step_url("TwimlWhisper", ("Message", message), *check))


def _status(field: Field) -> str | None:
    return field("DialCallStatus") or field("DialStatus")
