"""TwimlClientOutgoing: connect someone's browser with whom it asks for."""

import logging
from typing import NamedTuple, Self

from twilio.twiml.voice_response import Dial, VoiceResponse

from shared.answers.agent import Agent, agent
from shared.answers.browsers import identity_of
from shared.answers.conference import Conference, conference
from shared.answers.dialing import unreachable
from shared.answers.facts import Facts
from shared.answers.notes import note
from shared.answers.numbers import same_numbers
from shared.answers.outbound import Outbound
from shared.answers.parameters import Pairs, entries, ignored, misplaced
from shared.answers.queue import MAX_NAME_CHARS, Queue, queue
from shared.answers.spoken import apology

log = logging.getLogger(__name__)

QUEUE, CONFERENCE = "queue:", "conference:"


class ClientOutgoing(NamedTuple):
    """What the app's owner lets browsers do, from the query of the TwiML app's URL.

    `queues` and `conferences` are the names that browsers may enter, in which `*` at the end stands
    for any text; `agents` take the next caller of a queue, instead of waiting in it. Without them,
    browsers enter none: a page may ask for any name, and a conference has no pass code here.
    """

    agents: list[str]
    queues: list[str]
    conferences: list[str]

    @classmethod
    def from_query(cls, query: Pairs) -> Self:
        """Read Agents[n], Queues[n] and Conferences[n]."""
        misplaced(query)
        return cls(*(entries(query, name) for name in ("Agents", "Queues", "Conferences")))


class Wish(NamedTuple):
    """Who is calling, as `client:ann`, and whom: "" if Twilio doesn't vouch for a browser."""

    caller: str
    to: str

    @classmethod
    def of(cls, facts: Facts) -> Self:
        """Read what Twilio posted: only From is true, To is what the browser asked for.

        A call that the app or a document places is no browser's, whatever its caller ID is.
        """
        if facts.posted("CallSid") is None:
            note(log, "A GET request doesn't prove who is calling: set the TwiML app to POST")
        is_ours = any(value.startswith("outbound") for value in facts.denying("Direction"))
        caller = facts.posted("From") or ""
        if is_ours or not identity_of(caller):
            return cls("", "")
        return cls(caller, (facts.posted("To") or "").strip())

    @property
    def is_phone(self) -> bool:
        """Return whether the browser asked for a phone number."""
        return bool(self.caller and self.to) and ":" not in self.to


def client_outgoing(
    wanted: ClientOutgoing, wish: Wish, facts: Facts, outbound: Outbound
) -> VoiceResponse:
    """Return the document for anything but a phone number."""
    if not wish.caller:
        return apology("it only takes calls from browsers")
    name = wish.to.partition(":")[2].strip()
    if wish.to.startswith(QUEUE) and 0 < len(name) <= MAX_NAME_CHARS:
        if not is_listed(name, wanted.queues):
            return apology("Queues doesn't list this queue")
        if wish.caller in wanted.agents:
            return agent(Agent.from_query([("Name", name)]), facts)
        return queue(Queue.from_query([("Name", name)]), facts)
    if wish.to.startswith(CONFERENCE) and 0 < len(name) <= MAX_NAME_CHARS:
        if not is_listed(name, wanted.conferences):
            return apology("Conferences doesn't list this conference")
        return conference(Conference.from_query([("Name", name)]), facts, outbound)
    identity = identity_of(wish.to)
    if not identity:
        return apology("the page did not say whom to call")
    if outbound.is_switched_off:
        return unreachable(outbound)
    dial = Dial(time_limit=outbound.call_limit_s)
    dial.client(identity)
    return VoiceResponse().append(dial)


def is_listed(name: str, listed: list[str]) -> bool:
    """Return whether a list has a name, or the beginning of it followed by `*`."""
    return any(
        name.startswith(entry[:-1]) if entry.endswith("*") else name == entry for entry in listed
    )


def number_to_dial(wish: Wish, outbound: Outbound) -> str:
    """Return the phone number that the browser asked for, in E.164; "" if it may not be dialed."""
    number = next(iter(outbound.reachable("To", [wish.to])), "")
    if same_numbers([number], [outbound.own_number]):
        ignored("To", "is the line's own number, which must not dial itself")
        return ""
    return number


def dial_number(number: str, outbound: Outbound) -> VoiceResponse:
    """Dial a phone number, which sees the app's own: Twilio requires one (error 13214)."""
    if not outbound.own_number:
        return apology("it has no phone number of its own to call from")
    dial = Dial(number, caller_id=outbound.own_number, time_limit=outbound.call_limit_s)
    return VoiceResponse().append(dial)
