"""Stop the host when its parent process exits."""

import asyncio
import os
import threading
import time
from dataclasses import dataclass, field

from local_stack.host.addresses import FINISH

HANG_LIMIT_S = 2.5
_exit = os._exit  # before functions can end the process with it


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
    host alive: after HANG_LIMIT_S the process exits regardless.
    """

    def watch() -> None:
        # os.read instead of sys.stdin: a blocked reader would hold its lock at exit.
        while word := os.read(0, 1024):
            if FINISH in word:
                loop.call_soon_threadsafe(ending.begun.set)
        loop.call_soon_threadsafe(ending.hurry)
        time.sleep(HANG_LIMIT_S)
        _exit(1)

    threading.Thread(target=watch, name="parent", daemon=True).start()
