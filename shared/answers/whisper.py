"""TwimlWhisper: ask the person who picks up to accept the call, like twimlets.com/whisper."""

from typing import NamedTuple, Self

from twilio.twiml.voice_response import Gather, VoiceResponse

from shared.answers.dialing import hang_up
from shared.answers.facts import Facts
from shared.answers.parameters import Pairs, flag, text
from shared.answers.spoken import play_or_say
from shared.phone_numbers import is_withheld
from shared.xml_text import xml_text


class Whisper(NamedTuple):
    """What the called person hears, and whether they must press a key to accept the call."""

    message: str
    needs_a_key: bool

    @classmethod
    def from_query(cls, query: Pairs) -> Self:
        """Read Message and HumanCheck."""
        return cls(text(query, "Message"), flag(query, "HumanCheck"))


def whisper(wanted: Whisper, facts: Facts) -> VoiceResponse:
    """Ask for a key; after one, connect the call by returning an empty document.

    Without a key, connect the call too, or hang up if it needs one.
    """
    digits = facts.steering("Digits")
    if digits is not None:
        return VoiceResponse() if digits else hang_up()
    gather = Gather(num_digits=1)
    play_or_say(gather, wanted.message or _default_message(facts.posted("From") or ""))
    response = VoiceResponse()
    response.append(gather)
    if wanted.needs_a_key:
        response.hangup()
    return response


def _default_message(caller: str) -> str:
    """Return a message with the caller's number, spaced so that it is read out slowly.

    What Twilio sends instead of a withheld number, such as `anonymous`, is not spelled.
    """
    spelled = "".join(f"{character}. " for character in xml_text(caller))
    from_caller = f" from {spelled}" if spelled else ""
    if caller and is_withheld(caller):
        from_caller = " from an unknown number"
    return f"You are receiving a call{from_caller}.  Press any key to accept."
