"""Match regular expressions with a time limit, since some need years for a path.

Python's `re` holds on to the whole process meanwhile; only a signal interrupts it, and signals
only reach the main thread. Elsewhere, and on Windows, there is no limit.
"""

import signal
import threading
from collections.abc import Callable
from types import FrameType

LIMIT_S = 2.0
"""ASP.NET's own is 10 seconds, but there other requests go on. Source: RegexRouteConstraint."""


class TooSlowError(Exception):
    """A match took longer than LIMIT_S."""


def in_time[Found](match: Callable[[], Found], limit_s: float = LIMIT_S) -> Found:
    """Return what `match` returns; raise TooSlowError if it takes too long."""
    is_main = threading.current_thread() is threading.main_thread()
    if not (is_main and hasattr(signal, "setitimer")):
        return match()

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise TooSlowError

    handler = signal.signal(signal.SIGALRM, interrupt)
    timer = signal.setitimer(signal.ITIMER_REAL, limit_s)
    try:
        return match()
    finally:
        signal.setitimer(signal.ITIMER_REAL, *timer)  # a function may use it, too
        signal.signal(signal.SIGALRM, handler)
