"""Limits on what is sent: to one number, and in one day by all instances together."""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from typing import NamedTuple

from shared.clock import Clock
from shared.config.guard_settings import GuardSettings
from shared.config.settings import Settings
from shared.errors import AppError, ConfigurationError, LedgerError
from shared.guards.daily import DailyCeiling, Setting
from shared.guards.recipients import RecipientRates
from shared.ledger.rows import CrowdedError, Ledger

# How long each count (for the day, for the number) may wait for others. It must stay a small part
# of the time for a send.
PATIENCE_S = 3.0

log = logging.getLogger(__name__)


class Demand(NamedTuple):
    """What a text or a call uses of the limits, including what its document sends.

    `recipient` is the number (E.164) of the text or call itself. `others` has each number that its
    document texts or calls, with repeats; `field` is the input with that document.
    """

    recipient: str
    segments: int = 0
    calls: int = 0
    others: tuple[str, ...] = ()
    field: str = ""

    @property
    def units(self) -> tuple[tuple[Setting, int], ...]:
        """Return what counts toward the daily limits."""
        return (("DAILY_SEGMENT_LIMIT", self.segments), ("DAILY_CALL_LIMIT", self.calls))


class Taken(NamedTuple):
    """What was counted: units of days (UTC), and entries in the rows of numbers."""

    units: tuple[tuple[Setting, int, date], ...] = ()
    entries: tuple[tuple[str, str], ...] = ()


class Limits:
    """The limits, counted in the ledger; one instance per worker.

    While the ledger is unavailable, nothing is counted, and the text or call is sent with a
    warning in the log. With STORAGE_OUTAGE=refuse_all it isn't sent.
    """

    def __init__(self, ledger: Callable[[], Ledger], clock: Clock, config: Settings) -> None:
        """Take a `ledger` that is called only to count something, and that may raise."""
        self._clock = clock
        self._is_strict = config.storage_outage == "refuse_all"
        self._paused_until = 0.0
        self._is_warned_of_settings = False
        patience_s = min(PATIENCE_S, config.send_limit_s / 4)
        self._guards = config.guards
        self._recipients = RecipientRates(ledger, clock, patience_s=patience_s)
        ceilings: Mapping[Setting, int] = {
            "DAILY_SEGMENT_LIMIT": config.guards.daily_segments,
            "DAILY_CALL_LIMIT": config.guards.daily_calls,
        }
        self._ceilings = {
            setting: DailyCeiling(ledger, clock, setting, most, patience_s=patience_s)
            for setting, most in ceilings.items()
        }

    async def take(self, demand: Demand, guards: GuardSettings | None = None) -> Taken:
        """Count everything that is about to be sent, or nothing.

        `guards` has the limits that apply now; without it, those of the app's settings do.
        Raise LimitReachedError if it is one too many. Raise LedgerError if too much is counted at
        once and, if the settings say so, in any outage.
        """
        guards = guards or self._guards
        self._recipients.limit_to(guards.recipient_limit, guards.recipient_period_s)
        self._ceilings["DAILY_SEGMENT_LIMIT"].limit_to(guards.daily_segments)
        self._ceilings["DAILY_CALL_LIMIT"].limit_to(guards.daily_calls)
        units: list[tuple[Setting, int, date]] = []
        entries: tuple[tuple[str, str], ...] = ()
        try:
            for setting, count in demand.units:
                ceiling = self._ceilings[setting]
                is_counted = count and ceiling.is_limited
                day = await self._day_of(ceiling, count) if is_counted else None
                if day is not None:
                    units.append((setting, count, day))
            if guards.recipient_limit:
                entries = await self._entries(demand)
        except BaseException:
            await self.give_back(Taken(tuple(units)))
            raise
        return Taken(tuple(units), entries)

    async def give_back(self, taken: Taken) -> None:
        """Uncount what was not sent after all. What can't be uncounted now stays counted."""
        for setting, units, day in taken.units:
            await self._given_back(self._ceilings[setting].give_back(units, day))
        await asyncio.gather(
            *(
                self._given_back(self._recipients.give_back(number, entry))
                for number, entry in taken.entries
            )
        )

    async def _day_of(self, ceiling: DailyCeiling, units: int) -> date | None:
        """Count units; return the day that they belong to, or None if they weren't counted."""
        day = ceiling.take_reserved(units)
        return day or await self._counted(lambda: ceiling.reserve(units))

    async def _entries(self, demand: Demand) -> tuple[tuple[str, str], ...]:
        """Count the recipient, then all other numbers at once; uncount all if one is refused."""
        first = await self._entry(demand.recipient, "to")
        if not demand.others:
            return (first,)
        results = await asyncio.gather(
            *(self._entry(number, demand.field) for number in demand.others),
            return_exceptions=True,
        )
        errors = [result for result in results if isinstance(result, BaseException)]
        entries = (first, *(entry for entry in results if not isinstance(entry, BaseException)))
        if errors:
            await self.give_back(Taken(entries=entries))
            raise errors[0]
        return entries

    async def _entry(self, number: str, field: str) -> tuple[str, str]:
        entry = secrets.token_hex(4)
        await self._counted(lambda: self._recipients.take(number, entry, field))
        return number, entry

    async def _given_back(self, work: Awaitable[None]) -> None:
        try:
            await work
        except (ConfigurationError, LedgerError) as error:
            self._warn("Not sent, but still counted", error)

    async def _counted[Result](self, count: Callable[[], Awaitable[Result]]) -> Result | None:
        """Count something; return None while the ledger is down and the settings allow that."""
        began = self._clock.monotonic()
        if began < self._paused_until:
            return None
        try:
            return await count()
        except (ConfigurationError, LedgerError) as error:
            # Contention is not an outage: it must not lift the limits.
            if self._is_strict or isinstance(error, CrowdedError):
                raise
            now = self._clock.monotonic()
            if now >= self._paused_until:  # otherwise another send has logged the same failure
                self._warn("Sent without being counted", error)
            # Skip the store for as long as it took to fail, so that not every send waits for it.
            self._paused_until = max(self._paused_until, now + (now - began))
            return None

    def _warn(self, what: str, error: AppError) -> None:
        """Log one line per outage, but only one ever for missing settings."""
        if isinstance(error, ConfigurationError):
            if self._is_warned_of_settings:
                return
            self._is_warned_of_settings = True
        log.warning("%s: %s", what, error.log_text)
