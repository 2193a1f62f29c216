"""TwimlQueue: let callers wait for an agent, with music and their place in line."""

import re
from random import Random, SystemRandom
from typing import Literal, NamedTuple, Self

from twilio.twiml.voice_response import Gather, VoiceResponse

from shared.answers.facts import Facts
from shared.answers.hold_music import HoldMusic
from shared.answers.parameters import (
    NOT_SECONDS,
    Pairs,
    ignored,
    named,
    phone_number,
    step_url,
    text,
    whole_number,
)
from shared.answers.spoken import play_or_say

Step = Literal["", "wait", "end"]

PARAMETERS = ("Name", "Message", "Bucket", "Track", "Notify", "LeaveKey", "MaxWait")
NAME = "support"
MAX_NAME_CHARS = 64  # Twilio's limit, error 14205
LEAVE_KEY = "*"
BUCKET = "com.twilio.music.classical"

_SPOKEN_KEYS = {"*": "star", "#": "pound"}
# Queue results without a conversation, and what the caller hears then.
_NOT_SERVED = {
    "leave": "",
    "queue-full": "Too many people are waiting.",
    "error": "The line is out of order.",
    "system-error": "The line is out of order.",
}


class Queue(NamedTuple):
    """The queue, what callers hear in it, and how they can leave it.

    `step` is "" when the caller arrives, `wait` in the queue, `end` afterwards. `notify` is the
    voicemail owner's number; without it, callers aren't offered voicemail. For `max_wait_s`, 0
    means unlimited. `passed_on` has the parameters for the next steps.
    """

    step: Step
    name: str
    message: str
    tracks: list[str]
    notify: str
    leave_key: str
    max_wait_s: int
    passed_on: Pairs

    @classmethod
    def from_query(cls, query: Pairs) -> Self:
        """Read `PARAMETERS` and Step."""
        step = text(query, "Step")
        return cls(
            step=step if step == "wait" or step == "end" else "",
            name=queue_name(query),
            message=text(query, "Message"),
            tracks=_tracks(query),
            notify=phone_number(query, "Notify"),
            leave_key=_leave_key(query),
            max_wait_s=_max_wait_s(query),
            passed_on=named(query, PARAMETERS),
        )


def queue(wanted: Queue, facts: Facts, random: Random | None = None) -> VoiceResponse:
    """Return the document for a step; `facts` are what Twilio says about call and queue."""
    if wanted.step == "wait":
        return _waiting(wanted, facts, random or SystemRandom())
    if wanted.step == "end":
        return _after(wanted, facts.steering("QueueResult") or "")
    response = VoiceResponse()
    play_or_say(response, wanted.message)
    response.enqueue(
        wanted.name,
        action=_url_of("end", wanted),
        wait_url=_url_of("wait", wanted),
    )
    return response


def queue_name(query: Pairs) -> str:
    """Return the queue's name, cut to Twilio's limit."""
    return text(query, "Name")[:MAX_NAME_CHARS].strip() or NAME


def _waiting(wanted: Queue, facts: Facts, random: Random) -> VoiceResponse:
    """Announce the place in line, then play music. Twilio asks again when the music ends."""
    response = VoiceResponse()
    if wanted.max_wait_s and whole_number(facts.steering("QueueTime")) >= wanted.max_wait_s:
        response.say("Sorry, no one is available.")
        response.leave()
    elif wanted.notify and facts.steering("Digits") == wanted.leave_key:
        response.leave()
    elif wanted.notify:
        # Without an action, the key comes to this URL; with finish_on_key "", any key counts.
        gather = Gather(num_digits=1, finish_on_key="", timeout=1)
        _play_round(gather, wanted, facts, random)
        response.append(gather)
    else:
        _play_round(response, wanted, facts, random)
    return response


def _play_round(
    parent: VoiceResponse | Gather, wanted: Queue, facts: Facts, random: Random
) -> None:
    position = whole_number(facts.steering("QueuePosition"))
    if position:
        parent.say(f"You are number {position} in line.")
    if wanted.notify:
        key = _SPOKEN_KEYS.get(wanted.leave_key, wanted.leave_key)
        parent.say(f"To leave a message instead, press {key}.")
    parent.play(random.choice(wanted.tracks))


def _after(wanted: Queue, result: str) -> VoiceResponse:
    """Hang up after a conversation; otherwise offer voicemail."""
    response = VoiceResponse()
    apology = _NOT_SERVED.get(result)
    if apology:
        response.say(apology)
    if apology is not None and wanted.notify:
        response.redirect(step_url("TwimlVoicemail", ("Notify", wanted.notify)))
        return response
    if apology is not None:
        response.say("Please call again later. Goodbye.")
    response.hangup()
    return response


def _url_of(step: Step, wanted: Queue) -> str:
    return step_url("TwimlQueue", ("Step", step), *wanted.passed_on)


def _tracks(query: Pairs) -> list[str]:
    """Return the URLs of the music: the query's tracks, or else a bucket's melody."""
    tracks = HoldMusic.from_query(query).tracks
    return tracks or HoldMusic.from_query([("Bucket", BUCKET)]).tracks


def _leave_key(query: Pairs) -> str:
    key = text(query, "LeaveKey")
    if key and not re.fullmatch("[0-9*#]", key):
        ignored("LeaveKey", "is not a digit, * or #")
        return LEAVE_KEY
    return key or LEAVE_KEY


def _max_wait_s(query: Pairs) -> int:
    value = text(query, "MaxWait")
    if value and not re.fullmatch("[0-9]{1,6}", value):
        ignored("MaxWait", NOT_SECONDS)
    return whole_number(value)
