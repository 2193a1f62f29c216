"""The functionTimeout of host.json: a worker whose function runs longer is replaced."""

import sys
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from itertools import count

GRACE_S = 2.0
"""How long Azure's host waits after the limit before it kills the worker."""
LOOK_EVERY_S = 0.2
DEBUGGER = "pydevd"  # the module of debugpy, which VS Code and PyCharm use


class TimeLimits:
    """Watches the running functions from a thread, since a function may block the event loop."""

    def __init__(
        self,
        limit_s: float | None,
        report: Callable[[str], None],
        end_worker: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`report` is called with a function's name at its limit, `end_worker` after the grace."""
        self._limit_s = limit_s
        self._report = report
        self._end_worker = end_worker
        self._clock = clock
        self._deadlines: dict[int, tuple[str, float]] = {}
        self._reported: set[int] = set()
        self._numbers = count()

    def start(self) -> None:
        """Begin to watch, if there is a limit."""
        if self._limit_s is not None:
            threading.Thread(target=self._watch, name="time limits", daemon=True).start()

    @contextmanager
    def watch(self, function: str) -> Generator[None]:
        """Watch the function that runs inside the context."""
        if self._limit_s is None:
            yield
            return
        number = next(self._numbers)
        self._deadlines[number] = (function, self._clock() + self._limit_s)
        try:
            yield
        finally:
            self._deadlines.pop(number, None)
            self._reported.discard(number)

    def check(self) -> None:
        """Report the functions over their limit, and end the worker after the grace.

        Under a debugger a function may stand at a breakpoint for any time.
        """
        if DEBUGGER in sys.modules:
            return
        now = self._clock()
        for number, (function, deadline) in list(self._deadlines.items()):
            if now >= deadline and number not in self._reported:
                self._reported.add(number)
                self._report(function)
            if now >= deadline + GRACE_S:
                self._end_worker(function)

    def _watch(self) -> None:
        while True:
            time.sleep(LOOK_EVERY_S)
            self.check()
