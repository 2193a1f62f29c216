"""One send on its way to Twilio: until when it may leave, and whether it has.

A worker that was frozen, or busy, runs what is ready before the timeouts that are due. So the
transport itself looks at the clock, last thing before it writes a request.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from http import HTTPStatus

from shared.clock import Clock
from shared.errors import RETRY_AFTER_OUTAGE_S, AppError, TwilioOutcomeUnknownError

LEFT_TOO_LATE = (
    "The worker stood still while it wrote a request, until the time of the send was over. If "
    "another instance has sent the same by then, it was sent twice (docs/use/delivery.md, Limits)"
)

log = logging.getLogger(__name__)


class TooLateError(AppError):
    """The time of a send was over before it left: nothing was sent."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    title = "It was too late to send"

    def __init__(self) -> None:
        super().__init__(
            "The time that a send has was over before this one could leave, because the app (or "
            "what it needs) was too busy, or stood still. Nothing was sent.",
            log_text="nothing was sent",
            retry_after_s=RETRY_AFTER_OUTAGE_S,
        )


class Dispatch:
    """The time that a send has, from now on.

    `is_out` is whether a request has left whose outcome is not known (yet).
    """

    def __init__(self, clock: Clock, limit_s: float) -> None:
        self._clock = clock
        self._limit_s = limit_s
        self.is_out = False
        self.reference = ""
        self.restart()

    def restart(self) -> None:
        """Begin anew, with the whole time."""
        self._ends_at = self._clock.monotonic() + self._limit_s
        self._ends_at_time = self._clock.now() + timedelta(seconds=self._limit_s)

    def left_s(self) -> float:
        """Return the seconds that are left; raise TooLateError when none are.

        Both clocks count. Other instances judge a send by the time of day, but that can be set
        back. The monotonic clock cannot, but it may stand still while the machine sleeps.
        """
        left_s = self._rest_s()
        if left_s <= 0:
            raise TooLateError
        return left_s

    async def run[Result](
        self, work: Callable[[], Awaitable[Result]], reference: str = ""
    ) -> Result:
        """Do the work of this send within its time, its requests to Twilio above all.

        `reference` is how the log names the send: its claim's attempt.

        Raise TooLateError when none of them has left, else TwilioOutcomeUnknownError, when it is
        not done by then.
        """
        self.reference = reference
        try:
            with under_way(self):
                async with asyncio.timeout(self.left_s()):
                    return await work()
        except TimeoutError as error:
            if self.is_out:
                raise TwilioOutcomeUnknownError("Twilio did not answer in time.") from error
            raise TooLateError from error

    @property
    def is_over(self) -> bool:
        """Whether no time is left."""
        return self._rest_s() <= 0

    def leave(self) -> None:
        """A request is about to be written; raise TooLateError when it may not be any more."""
        self.left_s()
        self.is_out = True

    def _rest_s(self) -> float:
        return min(
            self._ends_at - self._clock.monotonic(),
            (self._ends_at_time - self._clock.now()).total_seconds(),
        )


_current: ContextVar[Dispatch | None] = ContextVar("dispatch", default=None)


@contextmanager
def under_way(dispatch: Dispatch) -> Generator[None]:
    """Let the requests to Twilio that are made in the body leave in this time only."""
    token = _current.set(dispatch)
    try:
        yield
    finally:
        _current.reset(token)


def note_leave() -> None:
    """A request is about to be written: raise TooLateError when it is part of a late send."""
    dispatch = _current.get()
    if dispatch is not None:
        dispatch.leave()


def note_left() -> None:
    """A request has just been written; log it where its time was over by then."""
    dispatch = _current.get()
    if dispatch is not None and dispatch.is_over:
        # Another instance may have sent the same, and nothing can call back what has left.
        log.error("%s: claim %s", LEFT_TOO_LATE, dispatch.reference or "none")


def note_refusal() -> None:
    """The request that left has an answer which shows that nothing was done."""
    dispatch = _current.get()
    if dispatch is not None:
        dispatch.is_out = False
