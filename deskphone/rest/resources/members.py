"""The Members of a queue (twilio.com/docs/voice/api/member-resource)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from deskphone.records import Instructions, Member
from deskphone.rest import wire
from deskphone.rest.errors import TwilioRefusalError, not_found
from deskphone.rest.parameters import Parameters
from deskphone.rest.resource import UNNUMBERED, Resource
from deskphone.rest.resources.calls import Exchange
from deskphone.rest.resources.queues import Queues

FRONT = "Front"
"""Stands for the SID of the call at the head of the queue."""
UPDATES = ("Url", "Method")


@dataclass
class Members(Resource[Member]):
    """List, fetch, update (take out of the queue and send elsewhere)."""

    queue_sid: str
    queues: Queues
    exchange: Exchange
    key = "queue_members"

    def rows(self, parameters: Parameters) -> Sequence[Member]:
        """Return who waits, the front of the queue first."""
        return self.queues.found(self.queue_sid).members

    def to_json(self, row: Member) -> wire.Json:
        members = self.queues.found(self.queue_sid).members
        return _json(row, members.index(row) + 1, self.clock.now())

    def found(self, sid: str) -> Member:
        members = self.queues.found(self.queue_sid).members
        found = members[:1] if sid == FRONT else [one for one in members if one.call_sid == sid]
        if not found:
            raise not_found(f"Queues/{self.queue_sid}/Members/{sid}")
        return found[0]

    def update(self, sid: str, parameters: Parameters) -> wire.Json:
        member = self.found(sid)
        self.check(parameters, UPDATES, ())
        if not parameters.text("Url"):
            raise TwilioRefusalError(UNNUMBERED, "Url is required")
        url, method = parameters.url("Url", UNNUMBERED), parameters.method("Method", UNNUMBERED)
        shown = self.to_json(member)
        self.exchange.redirect(member.call_sid, Instructions(url, method))
        # Its own task would take it out a moment later; by then somebody else may ask for Front.
        self.queues.line.remove(member)
        return shown


def _json(record: Member, position: int, now: datetime) -> wire.Json:
    """The Member resource (twilio.com/docs/voice/api/member-resource)."""
    return {
        "call_sid": record.call_sid,
        "date_enqueued": wire.rfc_2822(record.since),
        "position": position,
        "queue_sid": record.queue_sid,
        "uri": f"{wire.ACCOUNT_PATH}/Queues/{record.queue_sid}/Members/{record.call_sid}.json",
        "wait_time": int((now - record.since).total_seconds()),
    }
