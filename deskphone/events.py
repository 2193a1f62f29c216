"""One hub that tells every open page what has changed."""

import asyncio
from collections.abc import Callable, Generator
from contextlib import contextmanager

QUEUE_LIMIT = 250
"""Events that wait for a slow page.

Past that its stream ends, and it comes back for a fresh snapshot.
"""

Event = tuple[str, object]
"""A name and what is sent as JSON."""


class Hub:
    """Publish to all subscribers without waiting for any of them."""

    def __init__(self) -> None:
        self._queues: set[asyncio.Queue[Event | None]] = set()

    def publish(self, name: str, view: Callable[[], object]) -> None:
        """Tell everybody; `view` makes what is sent, and is called only if somebody listens."""
        if not self._queues:
            return
        data = view()
        for queue in list(self._queues):
            try:
                queue.put_nowait((name, data))
            except asyncio.QueueFull:
                self._end(queue)

    @contextmanager
    def subscribe(self) -> Generator[asyncio.Queue[Event | None]]:
        """Yield a queue of events; None in it means that the stream is over."""
        queue: asyncio.Queue[Event | None] = asyncio.Queue(QUEUE_LIMIT)
        self._queues.add(queue)
        try:
            yield queue
        finally:
            self._queues.discard(queue)

    def close(self) -> None:
        """End all streams."""
        for queue in list(self._queues):
            self._end(queue)

    def _end(self, queue: asyncio.Queue[Event | None]) -> None:
        self._queues.discard(queue)
        while not queue.empty():
            queue.get_nowait()
        queue.put_nowait(None)
