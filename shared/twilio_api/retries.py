"""Retry requests that Twilio certainly did not carry out: exponential backoff, limited in time.

It never sends anything twice. It uses no library: tenacity and stamina don't accept a clock or a
random source and add up to 10 ms to a cold start, and aiohttp-retry, which comes with Twilio's SDK,
ignores Retry-After.
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

# Twilio's advice for error 20429: start at 100 ms, double it, add jitter.
FIRST_DELAY_S = 0.1
LONGEST_DELAY_S = 4.0
# What fits into 10 s; it also ends the loop when the clock stands still.
MAX_ATTEMPTS = 10

log = logging.getLogger(__name__)

Result = TypeVar("Result")


class Retries:
    """Retry after a 429 or a failed connection, when Twilio did nothing.

    Twilio never carries out a request that it answers with 429 (error 20429). After a 5xx, a
    timeout or a broken connection it may have, so those go to the caller at once.
    """

    def __init__(self, clock: Clock, budget_s: float, chance: Callable[[], float]) -> None:
        """`budget_s` counts from the first attempt; `chance` returns numbers from 0 to 1."""
        self._clock = clock
        self._budget_s = budget_s
        self._chance = chance

    async def run(self, attempt: Callable[[], Awaitable[Result]]) -> Result:
        """Return what an attempt returns, or raise the last error with a time to retry after.

        No attempt starts after the budget is used up, but a running one isn't cut short.
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
        """Return the seconds from now that a Retry-After header asks for, or None.

        It is a whole number of seconds or a date in one of HTTP's three formats, all in GMT (RFC
        9110, 10.2.3 and 5.6.7). A date in the past means 0.
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
        """Wait before the next attempt; return False, if possible at once, if time is too short."""
        delay_s = min(FIRST_DELAY_S * 2 ** (number - 1), LONGEST_DELAY_S)
        # Half of the delay is random, so that callers refused together don't come back together.
        asked_s = error.retry_after_s if isinstance(error, TwilioRefusedError) else None
        wait_s = (asked_s or 0) + delay_s * (1 + self._chance()) / 2
        if self._clock.monotonic() + wait_s > ends_at:
            return False
        log.info("%s, retrying in %.1f s %s", type(error).__name__, wait_s, error.log_text)
        await self._clock.sleep(wait_s)
        return self._clock.monotonic() <= ends_at


def _did_nothing(error: TwilioRefusedError | TwilioUnreachableError) -> bool:
    if isinstance(error, TwilioRefusedError):
        return error.twilio_status == HTTPStatus.TOO_MANY_REQUESTS
    return True
