"""TwimlWhisper: ask who picks up whether to take the call, like twimlets.com/whisper."""

from typing import NamedTuple, Self

from twilio.twiml.voice_response import Gather, VoiceResponse

from shared.answers.dialing import hang_up
from shared.answers.facts import Facts
from shared.answers.parameters import Pairs, flag, text
from shared.answers.spoken import play_or_say
from shared.xml_text import xml_text


class Whisper(NamedTuple):
    """What the called person hears, and whether the call needs a key to be taken."""

    message: str
    needs_a_key: bool

    @classmethod
    def from_query(cls, query: Pairs) -> Self:
        """Read Message and HumanCheck."""
        return cls(text(query, "Message"), flag(query, "HumanCheck"))


def whisper(wanted: Whisper, facts: Facts) -> VoiceResponse:
    """Ask for a key; with a key connect the call, which an empty document does.

    Without a key the call is connected as well, or given up where it needs one.
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
    """The caller's number, each character on its own so that it is read out slowly."""
    spelled = "".join(f"{character}. " for character in xml_text(caller))
    from_caller = f" from {spelled}" if spelled else ""
    return f"You are receiving a call{from_caller}.  Press any key to accept."
