"""Queues of calls: first come, first served, both for waiting calls and for agents."""

import asyncio
from dataclasses import replace
from datetime import datetime

from deskphone.account.store import Store, new_sid
from deskphone.clock import Clock
from deskphone.records.call import Call
from deskphone.records.instructions import Instructions
from deskphone.records.queue import QUEUE_SIZE, Member, Queue


class Place:
    """A call's place in a queue, shared by the waiting call and the one that dequeues it.

    `called` is set when it is dequeued, `ready` when it can be connected, and `over` when either
    side has left.
    """

    def __init__(self, member: Member) -> None:
        self.member = member
        self.called = asyncio.Event()
        self.ready = asyncio.Event()
        self.over = asyncio.Event()
        self.turn: Turn | None = None
        self.called_at: datetime | None = None


class Turn:
    """The turn of a call that dequeues the next one.

    `called` is set when there is a call to take, or when the queue was deleted and `place` is None.
    `announcement` is what the waiting call hears before it is connected.
    """

    def __init__(self, call_sid: str, announcement: Instructions) -> None:
        self.call_sid = call_sid
        self.announcement = announcement
        self.called = asyncio.Event()
        self.place: Place | None = None


class QueuedCalls:
    """All queues. The store has their members; this has their live state."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._places: dict[str, Place] = {}
        self._turns: dict[str, list[Turn]] = {}

    def named(self, name: str) -> Queue | None:
        """Return the queue with this name."""
        return next((queue for queue in self._store.queues if queue.friendly_name == name), None)

    def get(self, queue_sid: str) -> Queue | None:
        return self._store.queues.get(queue_sid)

    def holds(self, call_sid: str) -> bool:
        """Whether this call is waiting in a queue."""
        return call_sid in self._places

    def join(self, call: Call, name: str, max_size: int | None) -> Place | None:
        """Add a call to a queue, creating it if needed; return None if the queue is full.

        `max_size` applies to this call and to a newly created queue.
        """
        now = self._clock.now()
        queue = self.named(name) or new_queue(name, max_size or QUEUE_SIZE, now)
        if len(queue.members) >= min(max_size or queue.max_size, queue.max_size):
            return None
        serial = self._store.new_serial()
        place = Place(Member(call.sid, queue.sid, call.person, now, serial))
        self._places[call.sid] = place
        self._put(queue, (*queue.members, place.member))
        self._call_up(queue.sid)
        return place

    def leave(self, place: Place) -> None:
        """End a call's stay in the queue, and with the call that dequeued it."""
        self.remove(place.member)
        place.ready.set()
        place.over.set()

    def remove(self, member: Member) -> None:
        """Remove a call from its queue, if it is still there."""
        self._places.pop(member.call_sid, None)
        queue = self.get(member.queue_sid)
        if queue is not None and member in queue.members:
            self._put(queue, tuple(one for one in queue.members if one != member))

    def line_up(self, queue_sid: str, turn: Turn) -> None:
        """Wait for the next call; turns are served in order."""
        self._turns.setdefault(queue_sid, []).append(turn)
        self._call_up(queue_sid)

    def step_aside(self, queue_sid: str, turn: Turn) -> None:
        """Stop waiting for a call, or finish with the one that was dequeued."""
        if turn in self._turns.get(queue_sid, ()):
            self._turns[queue_sid].remove(turn)
        if not self._turns.get(queue_sid, turn):
            del self._turns[queue_sid]
        if turn.place is not None:
            turn.place.over.set()

    def forget(self, queue_sid: str) -> None:
        """Handle a deleted queue: no call will come out of it."""
        for turn in self._turns.pop(queue_sid, []):
            turn.called.set()

    def waited_s(self, place: Place) -> int:
        """Return how many whole seconds a call has waited, or had when it was dequeued."""
        until = place.called_at or self._clock.now()
        return int((until - place.member.since).total_seconds())

    def _call_up(self, queue_sid: str) -> None:
        """Match waiting calls with waiting turns."""
        turns = self._turns.get(queue_sid, [])
        queue = self.get(queue_sid)
        while turns and queue is not None and queue.members:
            turn, member = turns.pop(0), queue.members[0]
            place = self._places[member.call_sid]
            place.turn, turn.place = turn, place
            place.called_at = self._clock.now()
            self.remove(member)
            place.called.set()
            turn.called.set()
            queue = self.get(queue_sid)

    def _put(self, queue: Queue, members: tuple[Member, ...]) -> None:
        self._store.queues.put(replace(queue, members=members, updated=self._clock.now()))


def new_queue(name: str, max_size: int, now: datetime) -> Queue:
    """Return an empty queue."""
    return Queue(new_sid("QU"), name, max_size, created=now, updated=now)
