"""Limit how many operations a store handles at once, so that each is served soon.

Waiting for a turn doesn't count as an outage, nor does a worker too busy to read its answers.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from types import TracebackType

from shared.errors import LedgerError
from shared.ledger.rows import CrowdedError

# Less than the time of a send, so that the send can still report that it is too late.
MAX_WAIT_S = 30.0
STEPS = 12


class NoAnswerError(LedgerError):
    """The store did not answer at all; an error from the store is an answer."""


class Turns:
    """Run at most `limit` operations at a time, first come, first served, in one event loop."""

    def __init__(self, limit: int, *, max_wait_s: float = MAX_WAIT_S) -> None:
        self._free = limit
        self._max_wait_s = max_wait_s
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._answers = 0

    @asynccontextmanager
    async def turn(self) -> AsyncGenerator[None]:
        """Wait for a turn; the body calls the store and raises NoAnswerError if it gets no answer.

        Raise CrowdedError after waiting too long. When the store has stopped answering, raise
        NoAnswerError in every waiting caller: each would time out in turn, the last after minutes.
        """
        await self._acquire()
        answers = self._answers
        try:
            yield
            self._answers += 1
        except NoAnswerError as error:
            if self._answers == answers:
                self._fail_waiting(error.detail)
            raise
        except Exception:
            self._answers += 1
            raise
        finally:
            self._release()

    async def _acquire(self) -> None:
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
                self._release()  # it got its turn just as it gave up
            if isinstance(error, TimeoutError):
                raise CrowdedError from error
            raise

    def _release(self) -> None:
        """Pass the turn to the next one waiting."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1

    def _fail_waiting(self, detail: str) -> None:
        for turn in self._waiting:
            if not turn.done():
                turn.set_exception(NoAnswerError(detail))
        self._waiting.clear()


class AnswerTimeout:
    """A timeout for the body of an `async with` that forgives a busy worker.

    It counts in steps, and a step that comes late because the worker is busy still counts as one.
    So an answer that has already arrived is read before the body times out.
    """

    def __init__(self, limit_s: float) -> None:
        self._step_s = limit_s / STEPS
        self._left = STEPS
        self._timeout = asyncio.timeout(None)
        self._timer: asyncio.TimerHandle | None = None

    async def __aenter__(self) -> None:
        """Start counting."""
        await self._timeout.__aenter__()
        self._wait()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop counting; raise TimeoutError if the time ran out."""
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
