"""Turns at a store: few operations at a time, so that each is served soon; the others wait.

To wait for a turn is no outage, and neither is a worker that is too busy to read its answers.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from types import TracebackType

from shared.errors import LedgerError
from shared.ledger.rows import CrowdedError

# Less than a send has, so that it can say by itself that it is too late.
MAX_WAIT_S = 30.0
STEPS = 12


class NoAnswerError(LedgerError):
    """The store did not answer at all; an error that it tells itself is an answer."""


class Turns:
    """So many operations at a time, in the order they come; it belongs to one event loop."""

    def __init__(self, places: int, *, max_wait_s: float = MAX_WAIT_S) -> None:
        self._free = places
        self._max_wait_s = max_wait_s
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._answers = 0

    @asynccontextmanager
    async def turn(self) -> AsyncGenerator[None]:
        """Wait for a turn; the body asks the store, and raises NoAnswerError if that is silent.

        Raise CrowdedError after too long a wait, and NoAnswerError at once where all wait for a
        store that answers no operation: each in turn would meet the same, the last after minutes.
        """
        await self._come()
        answers = self._answers
        try:
            yield
            self._answers += 1
        except NoAnswerError as error:
            if self._answers == answers:
                self._refuse(error.detail)
            raise
        except Exception:
            self._answers += 1
            raise
        finally:
            self._go()

    async def _come(self) -> None:
        if self._free:
            self._free -= 1
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            async with asyncio.timeout(self._max_wait_s):
                await turn
        except BaseException as error:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self._go()  # the turn of one who has just given up
            if isinstance(error, TimeoutError):
                raise CrowdedError from error
            raise

    def _go(self) -> None:
        """Hand the place on."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1

    def _refuse(self, detail: str) -> None:
        for turn in self._waiting:
            if not turn.done():
                turn.set_exception(NoAnswerError(detail))
        self._waiting.clear()


class Silence:
    """An `async with` whose body may wait for an answer for so long; then it raises TimeoutError.

    The time counts in steps, and a step that comes late, because the worker is too busy, is still
    one step. So what has been answered is read before it is given up.
    """

    def __init__(self, limit_s: float) -> None:
        self._step_s = limit_s / STEPS
        self._left = STEPS
        self._timeout = asyncio.timeout(None)
        self._timer: asyncio.TimerHandle | None = None

    async def __aenter__(self) -> None:
        """Begin to count."""
        await self._timeout.__aenter__()
        self._wait()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Count no longer; raise TimeoutError when the time was over."""
        if self._timer is not None:
            self._timer.cancel()
        await self._timeout.__aexit__(kind, error, trace)

    def _wait(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(self._step_s, self._count)

    def _count(self) -> None:
        self._left -= 1
        if self._left:
            self._wait()
        else:
            self._timeout.reschedule(asyncio.get_running_loop().time())
