"""How much may be sent: to one number, and in one day by all instances together."""

import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from typing import Literal, NamedTuple

from shared.clock import Clock
from shared.config.settings import Settings
from shared.errors import AppError, ConfigurationError, LedgerError
from shared.guards.daily import DailyCeiling
from shared.guards.recipients import RecipientRates
from shared.ledger.changes import BusyRowError
from shared.ledger.rows import Ledger

Kind = Literal["text", "call"]

# Each count (of the day, of the number) waits so long at most, and never for a large part of the
# time of a send.
PATIENCE_S = 3.0

log = logging.getLogger(__name__)


class Taken(NamedTuple):
    """What one text or call has taken of the limits; `units` are the segments of a text.

    `day` is the UTC day that they are counted on, `entry` the name in the recipient's row; None and
    "" where nothing was counted.
    """

    to: str
    kind: Kind
    units: int
    day: date | None = None
    entry: str = ""


class Limits:
    """The limits of the settings, counted in the ledger; one for each worker.

    While the ledger cannot be used nothing is counted, and the text or call goes on its way with a
    warning in the log. With STORAGE_OUTAGE=refuse_all it does not.
    """

    def __init__(self, ledger: Callable[[], Ledger], clock: Clock, config: Settings) -> None:
        """`ledger` is called only when something is to be counted; it may raise."""
        self._clock = clock
        self._is_strict = config.storage_outage == "refuse_all"
        self._paused_until = 0.0
        self._is_warned_of_settings = False
        patience_s = min(PATIENCE_S, config.send_limit_s / 4)
        guards = config.guards
        self._recipients = RecipientRates(
            ledger,
            clock,
            limit=guards.recipient_limit,
            period_s=guards.recipient_period_s,
            patience_s=patience_s,
        )
        self._has_recipient_limit = guards.recipient_limit > 0
        texts = DailyCeiling(
            ledger, clock, "DAILY_SEGMENT_LIMIT", guards.daily_segments, patience_s=patience_s
        )
        calls = DailyCeiling(
            ledger, clock, "DAILY_CALL_LIMIT", guards.daily_calls, patience_s=patience_s
        )
        ceilings = {"text": (guards.daily_segments, texts), "call": (guards.daily_calls, calls)}
        self._ceilings: Mapping[str, DailyCeiling] = {
            kind: ceiling for kind, (most, ceiling) in ceilings.items() if most
        }

    async def take(self, to: str, kind: Kind, units: int) -> Taken:
        """Count a text or a call that is about to be sent to a number (E.164).

        Raise LimitReachedError when it is one too many: then nothing is counted. Raise LedgerError
        when too many want to be counted at once, and, if the settings want it, in any outage.
        """
        taken = Taken(to, kind, units)
        ceiling = self._ceilings.get(kind)
        if ceiling is not None:
            day = ceiling.take_reserved(units)
            taken = taken._replace(day=day or await self._counted(lambda: ceiling.reserve(units)))
        if not self._has_recipient_limit:
            return taken
        entry = secrets.token_hex(4)
        try:
            await self._counted(lambda: self._recipients.take(to, entry))
        except BaseException:
            await self.give_back(taken)
            raise
        return taken._replace(entry=entry)

    async def give_back(self, taken: Taken) -> None:
        """It was not sent after all. What cannot be given back now stays counted."""
        ceiling = self._ceilings.get(taken.kind)
        if ceiling is not None and taken.day is not None:
            await self._given_back(ceiling.give_back(taken.units, taken.day))
        if taken.entry:
            await self._given_back(self._recipients.give_back(taken.to, taken.entry))

    async def _given_back(self, work: Awaitable[None]) -> None:
        try:
            await work
        except (ConfigurationError, LedgerError) as error:
            self._warn("Not sent, but still counted", error)

    async def _counted[Result](self, count: Callable[[], Awaitable[Result]]) -> Result | None:
        """Count something; None while the ledger cannot be used and need not be."""
        began = self._clock.monotonic()
        if began < self._paused_until:
            return None
        try:
            return await count()
        except (ConfigurationError, LedgerError) as error:
            # A crowd at one row is no outage: it must not open the limits.
            if self._is_strict or isinstance(error, BusyRowError):
                raise
            now = self._clock.monotonic()
            if now >= self._paused_until:  # else somebody else has met the same failure
                self._warn("Sent without being counted", error)
            # Not everybody shall wait for a store that takes seconds to fail.
            self._paused_until = max(self._paused_until, now + (now - began))
            return None

    def _warn(self, what: str, error: AppError) -> None:
        """One line for each outage that somebody meets, but only one for missing settings."""
        if isinstance(error, ConfigurationError):
            if self._is_warned_of_settings:
                return
            self._is_warned_of_settings = True
        log.warning("%s: %s", what, error.log_text)
