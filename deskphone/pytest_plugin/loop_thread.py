"""A thread with an event loop of its own."""

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")
LONGEST_S = 120.0
"""The most real time that one action may take; a webhook alone may take 15 s."""
STOP_S = 10.0


class LoopThread:
    """Runs coroutines for other threads until it is stopped."""

    def __init__(self, name: str) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, name=name, daemon=True)
        self._thread.start()

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine in the thread; return its result, or raise its error.

        Raise TimeoutError if it takes more than LONGEST_S.
        """
        future = asyncio.run_coroutine_threadsafe(coroutine, self.loop)
        try:
            return future.result(LONGEST_S)
        except TimeoutError:
            if future.done():
                raise
            future.cancel()
            raise TimeoutError(
                f"The emulated Twilio was still busy after {LONGEST_S:g} s. Does your app answer?"
            ) from None

    def stop(self) -> None:
        """Stop the loop and end the thread."""
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(STOP_S)
        if not self._thread.is_alive():
            self.loop.close()
