"""TwimlConference: let the caller into a conference, like twimlets.com/conference."""

import hashlib
import logging
import re
from typing import NamedTuple, Self

from twilio.twiml.voice_response import Dial, Gather, VoiceResponse

from shared.answers.caller_names import caller_name
from shared.answers.facts import Facts
from shared.answers.melodies import BUCKET_PREFIX, BUCKETS
from shared.answers.notes import note
from shared.answers.numbers import digits_of
from shared.answers.outbound import Outbound
from shared.answers.parameters import (
    NOT_A_URL,
    Pairs,
    flag,
    ignored,
    is_url,
    named,
    percent_encoded,
    phone_numbers,
    step_url,
    text,
    whole_number,
)
from shared.answers.parties import is_party
from shared.answers.spoken import apology, play_or_say

log = logging.getLogger(__name__)

# What the URL of the next question contains, in addition to the number of tries.
PARAMETERS = ("Name", "Password", "Moderators", "Message", "Music", "EnableSmsNotifications")
# With a longer list, each person who enters would cost one text per moderator.
MAX_TEXTS = 10
# With unlimited tries, a caller could guess any pass code in one call.
MAX_TRIES = 5


class Conference(NamedTuple):
    """The conference, its moderators, its pass code, and what callers hear.

    `tries` is how often this call has been asked for the pass code; `passed_on` has the parameters
    for the next time.
    """

    name: str
    password: str
    moderators: list[str]
    message: str
    wait_url: str
    texts_moderators: bool
    tries: int
    passed_on: Pairs

    @classmethod
    def from_query(cls, query: Pairs) -> Self:
        """Read `PARAMETERS` and Tries.

        Twilio signs the URL, so only the app itself can set the number of tries.
        """
        moderators = phone_numbers(query, "Moderators")
        message, password = text(query, "Message"), text(query, "Password")
        return cls(
            name=text(query, "Name") or _default_name(message, moderators, password),
            password=password,
            moderators=moderators,
            message=message,
            wait_url=_wait_url(text(query, "Music")),
            texts_moderators=flag(query, "EnableSmsNotifications"),
            tries=whole_number(text(query, "Tries")),
            passed_on=named(query, PARAMETERS),
        )


def conference(wanted: Conference, facts: Facts, outbound: Outbound) -> VoiceResponse:
    """Ask for the pass code, if any, then let the caller in, or hang up after some tries.

    With moderators, the conference starts when the first one joins. They can get a text about each
    other caller who enters, if the settings allow their numbers.
    """
    if wanted.password and not re.fullmatch("[0-9*]+", wanted.password):
        note(log, "Callers are turned away: %s may only contain digits and *", "Password")
        return apology("its pass code contains characters that are not on a keypad")
    if wanted.password and facts.steering("Digits") != wanted.password:
        return _question(wanted) if wanted.tries < MAX_TRIES else _goodbye()
    response = VoiceResponse()
    is_moderator = bool(wanted.moderators) and is_party("Moderators", wanted.moderators, facts)
    if wanted.texts_moderators and not is_moderator:
        numbers = outbound.reachable("Moderators", wanted.moderators[:MAX_TEXTS])
        caller = facts.posted("Caller") or facts.posted("From") or ""
        _text(response, numbers, caller_name(caller) or "Someone")
    play_or_say(response, wanted.message or "You are now entering the conference line.")
    dial = Dial()
    dial.conference(
        wanted.name,
        wait_url=wanted.wait_url or None,
        wait_method="GET" if wanted.wait_url else None,
        start_conference_on_enter=is_moderator if wanted.moderators else None,
    )
    response.append(dial)
    return response


def _question(wanted: Conference) -> VoiceResponse:
    """Ask; any answer, even silence, goes to a URL that counts one more try."""
    step = step_url("TwimlConference", ("Tries", str(wanted.tries + 1)), *wanted.passed_on)
    gather = Gather(action=step, num_digits=max(3, len(wanted.password)))
    gather.say("Please enter your conference pass code")
    response = VoiceResponse()
    response.append(gather)
    response.redirect(step)
    return response


def _goodbye() -> VoiceResponse:
    response = VoiceResponse()
    response.say("Sorry, that's not the right pass code. Please call again. Goodbye.")
    response.hangup()
    return response


def _text(response: VoiceResponse, moderators: list[str], name: str) -> None:
    for moderator in moderators:
        response.sms(
            f"{name} has entered your conference.  Call the number this text came from to join.",
            to=moderator,
        )


def _default_name(message: str, moderators: list[str], password: str) -> str:
    """Return the default name that twimlets.com uses: the same URL is the same conference.

    It includes the pass code. Otherwise the URL without one would open the same conference.
    """
    parts = (message, *(digits_of(number) for number in moderators), password)
    return hashlib.md5("".join(parts).encode(), usedforsecurity=False).hexdigest()


def _wait_url(music: str) -> str:
    """Return the URL of the hold music, or "" for Twilio's own."""
    if is_url(music):
        return percent_encoded(music)
    bucket = BUCKET_PREFIX + music
    if bucket in BUCKETS:
        return step_url("TwimlHoldMusic", ("Bucket", bucket))
    if music:
        ignored("Music", f"{NOT_A_URL} and not one of GetHoldMusic's melodies")
    return ""
