"""Limit what all instances together send in one day (UTC).

A day's row says how much of the ceiling the instances have reserved. Each instance reserves a block
and counts its own sends in memory, so most sends need no request to the ledger. The ceiling is
never exceeded. What an instance reserves and doesn't use, at most one block, stays unused.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from shared.clock import Clock
from shared.config.guard_settings import MAX_DAILY
from shared.guard_errors import LimitReachedError, NotAllowedError
from shared.ledger.batches import Batches
from shared.ledger.changes import change_row
from shared.ledger.rows import Ledger, Row, Value

KIND = "day"
# The largest block is a fiftieth of the ceiling, so ten instances waste at most a fifth of it.
BLOCKS = 50
MAX_BLOCK = 50
# An instance starts small and then doubles: many instances send only a text or two.
FIRST_BLOCK = 2

Setting = Literal["DAILY_SEGMENT_LIMIT", "DAILY_CALL_LIMIT"]
# The name of the row, and the unit in messages.
_UNITS: Mapping[Setting, tuple[str, str]] = {
    "DAILY_SEGMENT_LIMIT": ("texts", "message segments"),
    "DAILY_CALL_LIMIT": ("calls", "calls"),
}


class DailyCeiling:
    """One ceiling, and this instance's block for today."""

    def __init__(
        self,
        ledger: Callable[[], Ledger],
        clock: Clock,
        setting: Setting,
        ceiling: int,
        *,
        patience_s: float,
    ) -> None:
        """Take a `ledger` that may raise, and the seconds that a reservation may take.

        A `ceiling` of 0 means unlimited.
        """
        self._ledger = ledger
        self._clock = clock
        self._setting: Setting = setting
        self._ceiling = ceiling
        self._lowered_on = date.min
        self._patience_s = patience_s
        self._day = date.min
        self._left = 0
        self._reserved = 0
        self._batches = Batches(self._serve)

    @property
    def is_limited(self) -> bool:
        """Return whether anything has to be counted."""
        return self._ceiling > 0

    def limit_to(self, ceiling: int) -> None:
        """Set the ceiling; 0 means unlimited.

        If it is lower than before, give up the block: it may be beyond the new ceiling. For the
        same reason, what is given back on that day stays counted.
        """
        is_lower = 0 < ceiling < (self._ceiling or MAX_DAILY + 1)
        if is_lower and self._day == self._today():
            self._left = 0
            self._lowered_on = self._day
        self._ceiling = ceiling

    def take_reserved(self, units: int) -> date | None:
        """Take units from this instance's block; return the day, or None if it has too few."""
        today = self._today()
        if self._day != today or self._left < units:
            return None
        self._left -= units
        return today

    async def reserve(self, units: int) -> date:
        """Take units, reserving another block if needed; return the day that they belong to.

        Raise NotAllowedError for more than a whole day's limit, LimitReachedError, LedgerError or
        ConfigurationError.
        """
        if units > self._ceiling:
            raise NotAllowedError(
                f"This request needs {units} {_UNITS[self._setting][1]}, more than a whole day's "
                f"limit of {self._ceiling}. To allow it, raise {self._setting}.",
                setting=self._setting,
            )
        until_midnight_s = self._until_midnight_s()  # the day may end while this waits
        day = await self._batches.add(self._setting, units)
        if day is None:
            raise LimitReachedError(
                f"This request needs {units} {_UNITS[self._setting][1]}, more than are left of "
                f"today's limit of {self._ceiling}. Wait until midnight UTC, or raise "
                f"{self._setting}.",
                setting=self._setting,
                retry_after_s=until_midnight_s,
            )
        return day

    async def give_back(self, units: int, day: date) -> None:
        """Return unused units of a day. Raise LedgerError or ConfigurationError."""
        if day == self._lowered_on:
            return
        self._put(units, day)
        if self._left > self._largest_block:  # more than one instance should keep
            await self._batches.add(self._setting, 0)

    @property
    def _largest_block(self) -> int:
        return min(MAX_BLOCK, max(1, self._ceiling // BLOCKS))

    async def _serve(self, _: str, wanted: Sequence[int]) -> Sequence[date | None]:
        """Count each request that fits; return the day for each, or None if it doesn't fit."""
        # A limit that was lifted meanwhile refuses nothing.
        today, ceiling = self._today(), self._ceiling or MAX_DAILY
        left, reserved = self._drained(today)
        reservation = _Reservation(
            ceiling=ceiling,
            block=min(self._largest_block, max(FIRST_BLOCK, reserved)),
            most=self._largest_block,
            held=left,
            wanted=wanted,
        )
        more = 0
        try:
            if reservation.is_needed:
                ledger, name = self._ledger(), f"{today.isoformat()}-{_UNITS[self._setting][0]}"
                more = await change_row(ledger, KIND, name, reservation.decide, self._patience_s)
        except BaseException:
            self._put(left + reservation.perhaps_gone, today)
            raise
        left += more
        is_served: list[bool] = []
        for units in wanted:
            is_served.append(units <= left)
            left -= units if is_served[-1] else 0
        is_lower = 0 < self._ceiling < ceiling  # it changed meanwhile: see limit_to
        self._put(0 if is_lower else left, today, reserved=more)
        return [today if is_one_served else None for is_one_served in is_served]

    def _drained(self, day: date) -> tuple[int, int]:
        """Take the rest of a day's block, so that nothing else uses it in the meantime.

        Return it, and how much of the day this instance has reserved so far.
        """
        if self._day != day:
            return 0, 0
        left, self._left = self._left, 0
        return left, self._reserved

    def _put(self, units: int, day: date, *, reserved: int = 0) -> None:
        """Add units to today's block and to what was reserved; ignore units of another day."""
        if day != self._today():
            return
        if day != self._day:
            self._day, self._left, self._reserved = day, 0, 0
        self._left += units
        self._reserved += reserved

    def _today(self) -> date:
        return self._clock.now().astimezone(UTC).date()

    def _until_midnight_s(self) -> int:
        now = self._clock.now().astimezone(UTC)
        midnight = datetime.combine(now.date() + timedelta(days=1), time(), UTC)
        return -((now - midnight) // timedelta(seconds=1))


@dataclass(kw_only=True)
class _Reservation:
    """One instance's change to the day's row: it has `held` units left and needs `wanted`.

    It reserves at least `block` units and keeps at most `most`.
    """

    ceiling: int
    block: int
    most: int
    held: int
    wanted: Sequence[int]
    mark: str = field(default_factory=lambda: secrets.token_hex(8))
    written: int | None = None
    """By how much the row was changed, unless another instance was faster."""

    @property
    def perhaps_gone(self) -> int:
        """Return what may have been given back when the ledger failed; 0 or less."""
        return min(0, self.written or 0)

    @property
    def is_needed(self) -> bool:
        """Return whether the row has to be read."""
        return self.units(self.ceiling) != 0

    def units(self, free: int) -> int:
        """Return how many units to reserve if `free` are left; negative to give some back."""
        served = 0
        for units in self.wanted:
            served += units if served + units <= self.held + free else 0
        if served > self.held:
            return min(free, max(served - self.held, self.block))
        return min(0, self.most - (self.held - served))

    def decide(self, row: Row | None) -> tuple[Mapping[str, Value] | None, int]:
        """Return the row's new values, and how many units this instance gains."""
        reserved = int(row.values["reserved"]) if row else 0
        is_ours = row is not None and row.values["mark"] == self.mark  # the response was lost
        # Giving the same units back twice would exceed the ceiling. Losing them is fine.
        if self.written is not None and (is_ours or self.written < 0):
            return None, self.written
        self.written = self.units(max(0, self.ceiling - reserved))
        if not self.written:
            return None, 0
        return {"reserved": reserved + self.written, "mark": self.mark}, self.written
