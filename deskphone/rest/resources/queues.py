"""The Queues resource (twilio.com/docs/voice/api/queue-resource)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from deskphone.account.sids import new_sid
from deskphone.records import Member, Queue
from deskphone.rest import wire
from deskphone.rest.errors import TwilioRefusalError, not_found
from deskphone.rest.parameters import Parameters
from deskphone.rest.resource import UNNUMBERED, Resource
from deskphone.values import ACCOUNT_SID

SIZE = 1000
SIZE_MAX = 5000
NAME_LIMIT = 64
EMULATED = ("FriendlyName", "MaxSize")


def new_queue(name: str, max_size: int, now: datetime) -> Queue:
    """Return an empty queue."""
    return Queue(new_sid("QU"), name, max_size, created=now, updated=now)


class Line(Protocol):
    """Where calls wait."""

    def named(self, name: str) -> Queue | None: ...

    def forget(self, queue_sid: str) -> None: ...

    def remove(self, member: Member) -> None: ...


@dataclass
class Queues(Resource[Queue]):
    """Create, list, fetch, update, delete."""

    line: Line
    key = "queues"

    def create(self, parameters: Parameters) -> wire.Json:
        self.check(parameters, EMULATED, ())
        name, max_size = self._name(parameters), _max_size(parameters, SIZE)
        if not name:
            raise TwilioRefusalError(UNNUMBERED, "FriendlyName is required")
        return self.to_json(self.store.queues.put(new_queue(name, max_size, self.clock.now())))

    def rows(self, parameters: Parameters) -> Sequence[Queue]:
        return self.store.queues.newest_first()

    def to_json(self, row: Queue) -> wire.Json:
        return _json(row, self.clock.now())

    def found(self, sid: str) -> Queue:
        queue = self.store.queues.get(sid)
        if queue is None:
            raise not_found(f"Queues/{sid}")
        return queue

    def update(self, sid: str, parameters: Parameters) -> wire.Json:
        queue = self.found(sid)
        self.check(parameters, EMULATED, ())
        changed = replace(
            queue,
            friendly_name=self._name(parameters, queue.sid) or queue.friendly_name,
            max_size=_max_size(parameters, queue.max_size),
            updated=self.clock.now(),
        )
        return self.to_json(self.store.queues.put(changed))

    def delete(self, sid: str) -> None:
        if self.found(sid).members:
            raise TwilioRefusalError(UNNUMBERED, "A queue with calls in it cannot be deleted")
        self.store.queues.remove(sid)
        self.line.forget(sid)

    def _name(self, parameters: Parameters, own_sid: str = "") -> str:
        """Return a name that no other queue has."""
        name = parameters.text("FriendlyName")
        if len(name) > NAME_LIMIT:
            raise TwilioRefusalError(UNNUMBERED, f"FriendlyName: at most {NAME_LIMIT} characters")
        other = self.line.named(name)
        if other is not None and other.sid != own_sid:
            raise TwilioRefusalError(UNNUMBERED, "Another queue has this FriendlyName")
        return name


def _max_size(parameters: Parameters, default: int) -> int:
    return parameters.whole("MaxSize", UNNUMBERED, default, 1, SIZE_MAX)


def _json(record: Queue, now: datetime) -> wire.Json:
    """The Queue resource (twilio.com/docs/voice/api/queue-resource)."""
    waits = [(now - member.since).total_seconds() for member in record.members]
    return {
        "account_sid": ACCOUNT_SID,
        "average_wait_time": round(sum(waits) / len(waits)) if waits else 0,
        "current_size": len(record.members),
        "date_created": wire.rfc_2822(record.created),
        "date_updated": wire.rfc_2822(record.updated),
        "friendly_name": record.friendly_name,
        "max_size": record.max_size,
        "sid": record.sid,
        "uri": f"{wire.ACCOUNT_PATH}/Queues/{record.sid}.json",
    }
