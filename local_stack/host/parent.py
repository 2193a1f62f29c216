"""Stop the host when the process that started it is gone."""

import asyncio
import os
import threading
import time
from dataclasses import dataclass, field

from local_stack.host.addresses import FINISH

HANG_LIMIT_S = 2.5


@dataclass(frozen=True)
class Ending:
    """The progress of the host's shutdown."""

    begun: asyncio.Event = field(default_factory=asyncio.Event)
    """Stop listening and finish the requests in flight."""
    hurried: asyncio.Event = field(default_factory=asyncio.Event)
    """The parent is waiting: abandon slow requests."""

    def hurry(self) -> None:
        """Shut down quickly."""
        self.begun.set()
        self.hurried.set()


def end_with_parent(loop: asyncio.AbstractEventLoop, ending: Ending) -> None:
    """Shut down when standard input says FINISH, and quickly when it closes.

    It closes even if the parent is killed. A function that blocks the event loop cannot keep the
    host alive then: after HANG_LIMIT_S the process ends without further ado.
    """

    def watch() -> None:
        # os.read and not sys.stdin: a reader that waits there would hold a lock at exit.
        while word := os.read(0, 1024):
            if FINISH in word:
                loop.call_soon_threadsafe(ending.begun.set)
        loop.call_soon_threadsafe(ending.hurry)
        time.sleep(HANG_LIMIT_S)
        os._exit(1)

    threading.Thread(target=watch, name="parent", daemon=True).start()
