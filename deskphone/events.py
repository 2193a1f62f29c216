"""A hub that publishes changes to every open page."""

import asyncio
from collections.abc import Callable, Generator
from contextlib import contextmanager

QUEUE_LIMIT = 250
"""How many events may wait for a slow page.

Beyond that, its stream ends, and the page reconnects for a new snapshot.
"""

Event = tuple[str, object]
"""A name and the data to send as JSON."""


class Hub:
    """Publishes to all subscribers without waiting for any of them."""

    def __init__(self) -> None:
        self._queues: set[asyncio.Queue[Event | None]] = set()

    def publish(self, name: str, view: Callable[[], object]) -> None:
        """Publish to all subscribers; `view` returns the data and is called only if needed."""
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
        """Yield a queue of events, in which None ends the stream."""
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
