"""The process that started the host: when it is gone, the host goes too."""

import asyncio
import os
import threading
import time
from dataclasses import dataclass, field

from local_stack.host.addresses import FINISH

HANG_LIMIT_S = 2.5


@dataclass(frozen=True)
class Ending:
    """How far the end of the host has come."""

    begun: asyncio.Event = field(default_factory=asyncio.Event)
    """Listen no more and finish what is in flight."""
    hurried: asyncio.Event = field(default_factory=asyncio.Event)
    """Somebody waits for the end: give up what takes long."""

    def hurry(self) -> None:
        """Begin the end, and hurry."""
        self.begun.set()
        self.hurried.set()


def end_with_parent(loop: asyncio.AbstractEventLoop, ending: Ending) -> None:
    """Begin the end when standard input says FINISH; hurry when it closes.

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
