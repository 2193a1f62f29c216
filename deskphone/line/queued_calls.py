"""Queues of calls: first come, first served, for those who wait and for those who take them out."""

import asyncio
from dataclasses import replace
from datetime import datetime

from deskphone.account.store import Store, new_sid
from deskphone.clock import Clock
from deskphone.records.call import Call
from deskphone.records.instructions import Instructions
from deskphone.records.queue import QUEUE_SIZE, Member, Queue


class Place:
    """A call's place in a queue, shared by the one who waits and the one who takes it out.

    `called` when it was taken out, `ready` when it can be connected, `over` when it has left for
    good or the other one has.
    """

    def __init__(self, member: Member) -> None:
        self.member = member
        self.called = asyncio.Event()
        self.ready = asyncio.Event()
        self.over = asyncio.Event()
        self.turn: Turn | None = None
        self.called_at: datetime | None = None


class Turn:
    """The turn of somebody who takes the next call out.

    `called` when there is one, or when the queue is gone: then `place` is None. `announcement` is
    what the waiting call hears before it is connected.
    """

    def __init__(self, call_sid: str, announcement: Instructions) -> None:
        self.call_sid = call_sid
        self.announcement = announcement
        self.called = asyncio.Event()
        self.place: Place | None = None


class QueuedCalls:
    """All queues. The records hold who waits; this holds what happens to them."""

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
        """Whether this call waits in a queue."""
        return call_sid in self._places

    def join(self, call: Call, name: str, max_size: int | None) -> Place | None:
        """Put a call at the end of a queue, which is made when there is none; None when it is full.

        `max_size` holds for this call, and for a queue that is made for it.
        """
        now = self._clock.now()
        queue = self.named(name) or new_queue(name, max_size or QUEUE_SIZE, now)
        if len(queue.members) >= min(max_size or queue.max_size, queue.max_size):
            return None
        place = Place(Member(call.sid, queue.sid, call.person, now))
        self._places[call.sid] = place
        self._put(queue, (*queue.members, place.member))
        self._call_up(queue.sid)
        return place

    def leave(self, place: Place) -> None:
        """A call is not in the queue any more, nor with the one who took it out."""
        self.remove(place.member)
        place.ready.set()
        place.over.set()

    def remove(self, member: Member) -> None:
        """Take a call out of its queue; nothing happens when it is out already."""
        self._places.pop(member.call_sid, None)
        queue = self.get(member.queue_sid)
        if queue is not None and member in queue.members:
            self._put(queue, tuple(one for one in queue.members if one != member))

    def line_up(self, queue_sid: str, turn: Turn) -> None:
        """Let somebody wait for the next call; who asks first gets the first."""
        self._turns.setdefault(queue_sid, []).append(turn)
        self._call_up(queue_sid)

    def step_aside(self, queue_sid: str, turn: Turn) -> None:
        """Somebody does not wait any more, or has finished with the call that was taken out."""
        if turn in self._turns.get(queue_sid, ()):
            self._turns[queue_sid].remove(turn)
        if not self._turns.get(queue_sid, turn):
            del self._turns[queue_sid]
        if turn.place is not None:
            turn.place.over.set()

    def forget(self, queue_sid: str) -> None:
        """The queue is gone: nobody will come out of it."""
        for turn in self._turns.pop(queue_sid, []):
            turn.called.set()

    def waited_s(self, place: Place) -> int:
        """Return for how long a call has waited, or had when it was called, in whole seconds."""
        until = place.called_at or self._clock.now()
        return int((until - place.member.since).total_seconds())

    def _call_up(self, queue_sid: str) -> None:
        """Bring together who waits on either side."""
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
