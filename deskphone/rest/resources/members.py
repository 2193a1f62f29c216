"""The Members of a queue (twilio.com/docs/voice/api/member-resource)."""

from collections.abc import Sequence
from dataclasses import dataclass

from deskphone.clock import rfc_2822
from deskphone.line.calls.exchange import Exchange
from deskphone.records.addresses import ACCOUNT_PATH
from deskphone.records.instructions import Instructions
from deskphone.records.queue import Member
from deskphone.rest.errors import UNNUMBERED, TwilioRefusalError, not_found
from deskphone.rest.parameters import Parameters
from deskphone.rest.resource import Json, Resource
from deskphone.rest.resources.queues import QueuesResource

FRONT = "Front"
"""A placeholder for the SID of the call at the front of the queue."""
UPDATES = ("Url", "Method")


@dataclass
class MembersResource(Resource[Member]):
    """List, fetch, update (dequeue and redirect)."""

    queue_sid: str
    queues: QueuesResource
    exchange: Exchange
    key = "queue_members"
    newest_first = False

    def rows(self, parameters: Parameters) -> Sequence[Member]:
        """Return the waiting calls, front of the queue first."""
        return self.queues.found(self.queue_sid).members

    def serial(self, row: Member) -> int:
        return row.serial

    def to_json(self, row: Member) -> Json:
        return {
            "call_sid": row.call_sid,
            "date_enqueued": rfc_2822(row.since),
            "position": self.queues.found(self.queue_sid).members.index(row) + 1,
            "queue_sid": row.queue_sid,
            "uri": f"{ACCOUNT_PATH}/Queues/{row.queue_sid}/Members/{row.call_sid}.json",
            "wait_time": int((self.clock.now() - row.since).total_seconds()),
        }

    def found(self, sid: str) -> Member:
        members = self.queues.found(self.queue_sid).members
        found = members[:1] if sid == FRONT else [one for one in members if one.call_sid == sid]
        if not found:
            raise not_found(f"Queues/{self.queue_sid}/Members/{sid}")
        return found[0]

    def update(self, sid: str, parameters: Parameters) -> Json:
        member = self.found(sid)
        parameters.check(UPDATES)
        if not parameters.text("Url"):
            raise TwilioRefusalError(UNNUMBERED, "Url is required")
        url, method = parameters.url("Url", UNNUMBERED), parameters.method("Method", UNNUMBERED)
        shown = self.to_json(member)
        self.exchange.redirect(member.call_sid, Instructions(url, method))
        # Its own task would remove it a moment later, after another request could ask for Front.
        self.queues.queued_calls.remove(member)
        return shown
