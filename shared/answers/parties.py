"""Check the verified caller or called person against AllowedCallers and Moderators."""

import logging
import re
from collections.abc import Sequence

from twilio.twiml.voice_response import VoiceResponse

from shared.answers.facts import Facts
from shared.answers.notes import note
from shared.answers.numbers import same_numbers

_PLAIN_NUMBER = re.compile(r"[+0-9 ().-]{1,40}")

log = logging.getLogger(__name__)


def is_party(parameter: str, numbers: Sequence[str], facts: Facts) -> bool:
    """Return whether the caller (or, in the app's own calls, the person called) is in `numbers`.

    Ignore `To` in an incoming call: it is one of the app's numbers, or what a browser asked for.
    The caller chooses an address such as `sip:12025550123@example.com`, so it is not compared as a
    number; it must be in `numbers` literally.

    A GET request doesn't prove who is calling, so return False and log the query parameter.
    """
    if facts.posted("CallSid") is None:
        note(
            log,
            "The query parameter %s can't match: Twilio sent a GET request, which doesn't prove "
            "who is calling. It uses GET after FailUrl and Options, and for numbers set to GET.",
            parameter,
        )
        return False
    is_ours = (facts.posted("Direction") or "").startswith("outbound")
    name, older_name = ("To", "Called") if is_ours else ("From", "Caller")
    party = facts.posted(name) or facts.posted(older_name) or ""
    if not _PLAIN_NUMBER.fullmatch(party):
        return ":" in party and party in numbers
    return bool(same_numbers(numbers, [party]))


def restricted(allowed_callers: Sequence[str], facts: Facts) -> VoiceResponse | None:
    """Return a refusal unless the caller, or the person called, is on the list.

    Return None to let the call through. An empty list lets everyone through.
    """
    if not allowed_callers or is_party("AllowedCallers", allowed_callers, facts):
        return None
    response = VoiceResponse()
    response.say("Sorry, you are calling from a restricted number. Goodbye.")
    return response
