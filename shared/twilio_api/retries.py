"""Twilio's work repeated where Twilio did nothing, with growing pauses and within a budget of time.

Nothing is sent twice by this: only what cannot have been done is tried again.
No library, because tenacity and stamina let nobody else tell the time and the chance and cost a
cold start up to 10 ms, and aiohttp-retry, which comes with Twilio's SDK, knows no Retry-After.
"""

import logging
import math
import re
from collections.abc import Awaitable, Callable
from datetime import UTC
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TypeVar

from shared.clock import Clock
from shared.errors import RETRY_AFTER_OUTAGE_S, TwilioRefusedError, TwilioUnreachableError

# Twilio's advice for 20429: from 100 ms, doubled, with jitter.
FIRST_DELAY_S = 0.1
LONGEST_DELAY_S = 4.0
# Those of a budget of 10 s, so that a clock that stands still ends the trial as well.
MAX_ATTEMPTS = 10

log = logging.getLogger(__name__)

Result = TypeVar("Result")


class Retries:
    """Repeats what did nothing: an answer of 429, or no connection.

    Twilio never works on a request that it answers with 429 (its error 20429). After a 5xx, a
    timeout or a broken connection it may have done the work: those go to the caller at once.
    """

    def __init__(self, clock: Clock, budget_s: float, chance: Callable[[], float]) -> None:
        """`budget_s` counts from the first attempt on; `chance` gives numbers from 0 to 1."""
        self._clock = clock
        self._budget_s = budget_s
        self._chance = chance

    async def run(self, attempt: Callable[[], Awaitable[Result]]) -> Result:
        """Return what an attempt returns; raise its error, with the time after which to come back.

        No attempt starts after the budget. An attempt that has begun is not cut short.
        """
        ends_at = self._clock.monotonic() + self._budget_s
        number = 0
        while True:
            number += 1
            try:
                return await attempt()
            except (TwilioRefusedError, TwilioUnreachableError) as error:
                if not _did_nothing(error):
                    raise
                if number == MAX_ATTEMPTS or not await self._paused(number, error, ends_at):
                    error.retry_after_s = error.retry_after_s or RETRY_AFTER_OUTAGE_S
                    raise

    def wait_asked_for(self, retry_after: str | None) -> int | None:
        """The seconds from now that a header Retry-After asks for; None when it says nothing.

        It is a whole number of seconds or a date in one of HTTP's three forms, all in GMT: RFC
        9110, 10.2.3 and 5.6.7. A date that is over asks for no time.
        """
        text = (retry_after or "").strip()
        if re.fullmatch(r"[0-9]{1,9}", text):
            return int(text)
        try:
            date = parsedate_to_datetime(text)
        except ValueError:
            return None
        until = date if date.tzinfo else date.replace(tzinfo=UTC)
        return max(0, math.ceil((until - self._clock.now()).total_seconds()))

    async def _paused(
        self, number: int, error: TwilioRefusedError | TwilioUnreachableError, ends_at: float
    ) -> bool:
        """Wait before the next attempt; False, at once if possible, when no time is left for it."""
        delay_s = min(FIRST_DELAY_S * 2 ** (number - 1), LONGEST_DELAY_S)
        # Half of it is chance: those who were turned away together do not come back together.
        wish_s = error.retry_after_s if isinstance(error, TwilioRefusedError) else None
        wait_s = (wish_s or 0) + delay_s * (1 + self._chance()) / 2
        if self._clock.monotonic() + wait_s > ends_at:
            return False
        log.info("%s, again in %.1f s %s", type(error).__name__, wait_s, error.log_text)
        await self._clock.sleep(wait_s)
        return self._clock.monotonic() <= ends_at


def _did_nothing(error: TwilioRefusedError | TwilioUnreachableError) -> bool:
    if isinstance(error, TwilioRefusedError):
        return error.twilio_status == HTTPStatus.TOO_MANY_REQUESTS
    return True
