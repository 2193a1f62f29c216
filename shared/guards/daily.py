"""How much is sent in one day (UTC) by all instances together.

The row of a day says how much of the ceiling the instances have reserved. Each reserves a block and
counts its own sends in memory, so that most sends ask nothing of the ledger. The ceiling is never
passed; what an instance has reserved and does not use, a block at most, is not used at all.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from shared.clock import Clock
from shared.guard_errors import LimitReachedError, NotAllowedError
from shared.ledger.batches import Batches
from shared.ledger.changes import change_row
from shared.ledger.rows import Ledger, Row, Value

KIND = "day"
# The largest block is a fiftieth of the ceiling, so ten instances lose a fifth of it at worst.
BLOCKS = 50
MAX_BLOCK = 50
# An instance begins small, and then doubles what it has: many live for one or two texts only.
FIRST_BLOCK = 2

Setting = Literal["DAILY_SEGMENT_LIMIT", "DAILY_CALL_LIMIT"]
# What the rows are called, and what is counted.
_UNITS: Mapping[Setting, tuple[str, str]] = {
    "DAILY_SEGMENT_LIMIT": ("texts", "message segments"),
    "DAILY_CALL_LIMIT": ("calls", "calls"),
}


class DailyCeiling:
    """One ceiling, and this instance's block of today."""

    def __init__(
        self,
        ledger: Callable[[], Ledger],
        clock: Clock,
        setting: Setting,
        ceiling: int,
        *,
        patience_s: float,
    ) -> None:
        """`ledger` may raise; a reservation has to be done within `patience_s` seconds."""
        self._ledger = ledger
        self._clock = clock
        self._setting: Setting = setting
        self._ceiling = ceiling
        self._patience_s = patience_s
        self._day = date.min
        self._left = 0
        self._reserved = 0
        self._batches = Batches(self._serve)

    def take_reserved(self, units: int) -> date | None:
        """Count so many units on this instance's block; return the day, None without so many."""
        today = self._today()
        if self._day != today or self._left < units:
            return None
        self._left -= units
        return today

    async def reserve(self, units: int) -> date:
        """Count so many units, out of a new block where it needs one; return the day they are of.

        Raise NotAllowedError for more than a whole day has, LimitReachedError, LedgerError,
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
        """These units of a day were not used. Raise LedgerError, ConfigurationError."""
        self._put(units, day)
        if self._left > self._largest_block:  # too many to keep from the other instances
            await self._batches.add(self._setting, 0)

    @property
    def _largest_block(self) -> int:
        return min(MAX_BLOCK, max(1, self._ceiling // BLOCKS))

    async def _serve(self, _: str, wanted: Sequence[int]) -> Sequence[date | None]:
        """Count what there is room for; return for each the day, None where there is no room."""
        today = self._today()
        left, reserved = self._drained(today)
        reservation = _Reservation(
            ceiling=self._ceiling,
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
        self._put(left, today, reserved=more)
        return [today if is_one_served else None for is_one_served in is_served]

    def _drained(self, day: date) -> tuple[int, int]:
        """Take all that is left of a day's block, so that nobody counts on it meanwhile.

        Return it, and how much this instance has reserved of the day so far.
        """
        if self._day != day:
            return 0, 0
        left, self._left = self._left, 0
        return left, self._reserved

    def _put(self, units: int, day: date, *, reserved: int = 0) -> None:
        """Add units to today's block, and to what was reserved; another day is worth nothing."""
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
    """What one instance does to the day's row: it has `held` units left, and `wanted` are asked.

    It reserves `block` units at least, and keeps `most` at most.
    """

    ceiling: int
    block: int
    most: int
    held: int
    wanted: Sequence[int]
    mark: str = field(default_factory=lambda: secrets.token_hex(8))
    written: int | None = None
    """By how much the row was changed, unless somebody was faster."""

    @property
    def perhaps_gone(self) -> int:
        """What was perhaps given back when the ledger failed; 0 or less, like `written`."""
        return min(0, self.written or 0)

    @property
    def is_needed(self) -> bool:
        """Whether the row has to be looked at."""
        return self.units(self.ceiling) != 0

    def units(self, free: int) -> int:
        """How many units to reserve where so many are free; below 0, to give back."""
        served = 0
        for units in self.wanted:
            served += units if served + units <= self.held + free else 0
        if served > self.held:
            return min(free, max(served - self.held, self.block))
        return min(0, self.most - (self.held - served))

    def decide(self, row: Row | None) -> tuple[Mapping[str, Value] | None, int]:
        """The row's new values, and by how much this instance has more."""
        reserved = int(row.values["reserved"]) if row else 0
        is_ours = row is not None and row.values["mark"] == self.mark  # its answer was lost
        # To give the same back twice would pass the ceiling; it may be lost, but not doubled.
        if self.written is not None and (is_ours or self.written < 0):
            return None, self.written
        self.written = self.units(max(0, self.ceiling - reserved))
        if not self.written:
            return None, 0
        return {"reserved": reserved + self.written, "mark": self.mark}, self.written
