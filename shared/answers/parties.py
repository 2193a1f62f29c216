"""Who is calling or was called, as far as Twilio proves it: for AllowedCallers and Moderators."""

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
    """Whether the caller, or in a call of the app the person called, is one of `numbers`.

    `To` counts for nothing in a call that comes in: it is a number of the app, or what a browser
    has asked for. An address such as `sip:12025550123@example.com` isn't a number: the caller
    chooses it. It has to stand in `numbers` as it is.

    A request by GET doesn't prove who is calling, so the answer is no, and the log names the
    query's `parameter`.
    """
    if facts.posted("CallSid") is None:
        note(
            log,
            "The query parameter %s can't match: Twilio sent a GET request, which doesn't prove "
            "who is calling. It does that after FailUrl and Options, and for numbers set to GET.",
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
    """Refuse a call unless its caller, or the person called, is on the list; None lets it pass.

    An empty list lets everyone in.
    """
    if not allowed_callers or is_party("AllowedCallers", allowed_callers, facts):
        return None
    response = VoiceResponse()
    response.say("Sorry, you are calling from a restricted number. Good bye.")
    return response
