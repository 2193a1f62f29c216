"""The deadline of one send: until when its requests may go out, and whether one has.

After a freeze, or under load, a worker runs ready tasks before timeouts that are due. So the
transport itself checks the clock right before it writes a request.
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
    "The worker froze while writing a request, until after the send's deadline. If another "
    "instance sent the same request meanwhile, it went out twice (docs/use/delivery.md, Limits)"
)

log = logging.getLogger(__name__)


class TooLateError(AppError):
    """The deadline of a send passed before its request went out: nothing was sent."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    title = "The send missed its deadline"

    def __init__(self) -> None:
        super().__init__(
            "The app or a service it needs was too busy to send this in time. "
            "Nothing was sent; try again.",
            log_text="nothing was sent",
            retry_after_s=RETRY_AFTER_OUTAGE_S,
        )


class Dispatch:
    """The deadline of a send, `limit_s` from now.

    `is_out` is whether a request has gone out whose outcome is still unknown.
    """

    def __init__(self, clock: Clock, limit_s: float) -> None:
        self._clock = clock
        self._limit_s = limit_s
        self.is_out = False
        self.reference = ""
        self.restart()

    def restart(self) -> None:
        """Start the time over."""
        self._ends_at = self._clock.monotonic() + self._limit_s
        self._ends_at_time = self._clock.now() + timedelta(seconds=self._limit_s)

    def left_s(self) -> float:
        """Return the seconds left; raise TooLateError after the deadline.

        Both clocks count. Other instances go by the time of day, but that can be set back. The
        monotonic clock cannot, but it may stop while the machine sleeps.
        """
        left_s = self._rest_s()
        if left_s <= 0:
            raise TooLateError
        return left_s

    async def run[Result](
        self, work: Callable[[], Awaitable[Result]], reference: str = ""
    ) -> Result:
        """Run the work of this send, above all its requests to Twilio, before the deadline.

        `reference` identifies the send in the log: its claim's attempt. If the work isn't done by
        the deadline, raise TooLateError if no request has gone out, else TwilioOutcomeUnknownError.
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
        """Whether the deadline has passed."""
        return self._rest_s() <= 0

    def leave(self) -> None:
        """Note that a request is about to be written; raise TooLateError after the deadline."""
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
    """Hold the requests to Twilio that the body makes to this deadline."""
    token = _current.set(dispatch)
    try:
        yield
    finally:
        _current.reset(token)


def note_leave() -> None:
    """Note that a request is about to be written; raise TooLateError if its send is too late."""
    dispatch = _current.get()
    if dispatch is not None:
        dispatch.leave()


def note_left() -> None:
    """Note that a request has just been written; log an error if it was too late by then."""
    dispatch = _current.get()
    if dispatch is not None and dispatch.is_over:
        # Another instance may have sent the same, and a request that is out cannot be recalled.
        log.error("%s: claim %s", LEFT_TOO_LATE, dispatch.reference or "none")


def note_refusal() -> None:
    """Record that the response shows that Twilio did nothing."""
    dispatch = _current.get()
    if dispatch is not None:
        dispatch.is_out = False
