"""The process that started the host: when it is gone, the host goes too."""

import asyncio
import os
import threading
import time

HANG_LIMIT_S = 3.0


def stop_with_parent(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    """Set `stop` when standard input closes, which happens even if the parent is killed.

    A function that blocks the event loop cannot keep the host alive: after HANG_LIMIT_S the
    process ends without further ado.
    """

    def watch() -> None:
        # os.read and not sys.stdin: a reader that waits there would hold a lock at exit.
        while os.read(0, 1024):
            pass
        loop.call_soon_threadsafe(stop.set)
        time.sleep(HANG_LIMIT_S)
        os._exit(1)

    threading.Thread(target=watch, name="parent", daemon=True).start()
