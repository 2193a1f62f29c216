"""The Queues resource (twilio.com/docs/voice/api/queue-resource)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from deskphone.clock import rfc_2822
from deskphone.line.queued_calls import QueuedCalls, new_queue
from deskphone.records.addresses import ACCOUNT_PATH
from deskphone.records.queue import QUEUE_SIZE, QUEUE_SIZE_MAX, Queue
from deskphone.rest.errors import UNNUMBERED, TwilioRefusalError, conflict, not_found
from deskphone.rest.parameters import Parameters
from deskphone.rest.resource import Json, Resource
from deskphone.values import ACCOUNT_SID

EMULATED = ("FriendlyName", "MaxSize")


@dataclass
class QueuesResource(Resource[Queue]):
    """Create, list, fetch, update, delete."""

    queued_calls: QueuedCalls
    key = "queues"

    def create(self, parameters: Parameters) -> Json:
        parameters.check(EMULATED)
        name, max_size = self._name(parameters), _max_size(parameters, QUEUE_SIZE)
        if not name:
            raise TwilioRefusalError(UNNUMBERED, "FriendlyName is required")
        return self.to_json(self.store.queues.put(new_queue(name, max_size, self.clock.now())))

    def rows(self, parameters: Parameters) -> Sequence[Queue]:
        return self.store.queues.newest_first()

    def serial(self, row: Queue) -> int:
        return self.store.queues.serial(row.sid)

    def to_json(self, row: Queue) -> Json:
        waits = [(self.clock.now() - member.since).total_seconds() for member in row.members]
        return {
            "account_sid": ACCOUNT_SID,
            "average_wait_time": round(sum(waits) / len(waits)) if waits else 0,
            "current_size": len(row.members),
            "date_created": rfc_2822(row.created),
            "date_updated": rfc_2822(row.updated),
            "friendly_name": row.friendly_name,
            "max_size": row.max_size,
            "sid": row.sid,
            "uri": f"{ACCOUNT_PATH}/Queues/{row.sid}.json",
        }

    def found(self, sid: str) -> Queue:
        queue = self.store.queues.get(sid)
        if queue is None:
            raise not_found(f"Queues/{sid}")
        return queue

    def update(self, sid: str, parameters: Parameters) -> Json:
        queue = self.found(sid)
        parameters.check(EMULATED)
        changed = replace(
            queue,
            friendly_name=self._name(parameters, queue.sid) or queue.friendly_name,
            max_size=_max_size(parameters, queue.max_size),
            updated=self.clock.now(),
        )
        return self.to_json(self.store.queues.put(changed))

    def delete(self, sid: str) -> None:
        if self.found(sid).members:
            raise conflict("Cannot delete a queue that contains calls")
        self.store.queues.remove(sid)
        self.queued_calls.forget(sid)

    def _name(self, parameters: Parameters, own_sid: str = "") -> str:
        """Return the name; refuse one that another queue has."""
        name = parameters.friendly_name()
        other = self.queued_calls.named(name)
        if other is not None and other.sid != own_sid:
            raise TwilioRefusalError(UNNUMBERED, "Another queue already has this FriendlyName")
        return name


def _max_size(parameters: Parameters, default: int) -> int:
    return parameters.whole("MaxSize", UNNUMBERED, default, 1, QUEUE_SIZE_MAX)
