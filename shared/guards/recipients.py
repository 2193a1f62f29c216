"""Limit the texts and calls to one number within a period: RECIPIENT_LIMIT.

A number's row holds the times of its last texts and calls. Each change is one atomic write, so two
instances can't both take the last slot. The times come from the instances' clocks, so the window is
only as exact as those clocks agree.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from shared.clock import Clock
from shared.guard_errors import LimitReachedError
from shared.ledger.batches import Batches
from shared.ledger.changes import change_row
from shared.ledger.rows import Ledger, Row, Value

KIND = "recipient"
SECOND = 1_000_000  # in microseconds
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class _Change(NamedTuple):
    """A text or call to count under the name `entry`, or to uncount."""

    entry: str
    is_return: bool = False


class RecipientRates:
    """At most so many texts and calls to one number within a period."""

    def __init__(
        self,
        ledger: Callable[[], Ledger],
        clock: Clock,
        *,
        patience_s: float,
        kind: str = KIND,
    ) -> None:
        """Take a `ledger` that may raise, the seconds that a change may take, and the rows' kind.

        It is unlimited until `limit_to`.
        """
        self._ledger = ledger
        self._kind = kind
        self._clock = clock
        self._limit = 0
        self._period = SECOND
        self._patience_s = patience_s
        self._batches = Batches(self._change)

    def limit_to(self, limit: int, period_s: int) -> None:
        """Set the limit, 0 for unlimited, and the period that it applies to."""
        self._limit = limit
        self._period = period_s * SECOND

    async def take(self, number: str, entry: str, field: str) -> None:
        """Count a text or call to a number (E.164); `entry` is its unique name, in hexadecimal.

        Raise LimitReachedError with `field` if it is one too many, LedgerError or
        ConfigurationError.
        """
        wait_s = await self.count(number, entry)
        if wait_s:
            is_inside = field in ("twiml", "url")
            subject = f"A number that `{field}` dials or texts" if is_inside else "This number"
            raise LimitReachedError(
                f"{subject} has already received the {self._limit} texts and calls that "
                f"RECIPIENT_LIMIT allows in {self._period // SECOND} seconds. Wait for the time in "
                "Retry-After, or raise RECIPIENT_LIMIT.",
                setting="RECIPIENT_LIMIT",
                retry_after_s=wait_s,
                field=field,
            )

    async def count(self, name: str, entry: str) -> int:
        """Count an entry; return 0, or the seconds until there is room for it.

        Raise LedgerError or ConfigurationError.
        """
        return await self._batches.add(_name(name), _Change(entry))

    async def give_back(self, number: str, entry: str) -> None:
        """Uncount one text or call. Raise LedgerError or ConfigurationError."""
        await self._batches.add(_name(number), _Change(entry, is_return=True))

    async def _change(self, name: str, changes: Sequence[_Change]) -> Sequence[int]:
        """Count each change that fits; return 0 for each, or the seconds until it would fit."""

        def decide(row: Row | None) -> tuple[Mapping[str, Value] | None, list[int]]:
            now = (self._clock.now() - _EPOCH) // timedelta(microseconds=1)
            known = _times_in(row)
            # A time in the future comes from a clock that is ahead; treat it as now.
            kept = {entry: min(at, now) for entry, at in known.items() if at + self._period > now}
            waits = [self._counted(kept, change, now) for change in changes]
            return (None if kept == known else {"sent": _written(kept)}), waits

        return await change_row(self._ledger(), self._kind, name, decide, self._patience_s)

    def _counted(self, kept: dict[str, int], change: _Change, now: int) -> int:
        """Apply a change; return 0, or the seconds until there is room for it.

        Don't count an entry again that is already there: the response to its write was lost.
        """
        if change.is_return:
            kept.pop(change.entry, None)
        elif change.entry not in kept:
            if 0 < self._limit <= len(kept):
                return self._wait_s(kept.values(), now)
            kept[change.entry] = now
        return 0

    def _wait_s(self, times: Iterable[int], now: int) -> int:
        """Return the seconds until there is room for one more, at least 1."""
        oldest_first = sorted(times)
        # If the limit used to be higher, more than one entry has to expire first.
        last_in_the_way = oldest_first[len(oldest_first) - self._limit]
        return -((now - last_in_the_way - self._period) // SECOND)


def _name(number: str) -> str:
    """Return the row's name. The hash hides numbers from readers, but they can be guessed."""
    return hashlib.sha256(number.encode()).hexdigest()[:32]


def _times_in(row: Row | None) -> dict[str, int]:
    """Return the times in a row, in microseconds since 1970, by entry name."""
    sent = str(row.values["sent"]).split() if row else []
    pairs = (entry.split("-") for entry in sent)
    return {name: int(at, 16) for at, name in pairs}


def _written(times: Mapping[str, int]) -> str:
    """Format entries as text. Each takes up to 23 characters, so a row holds a thousand."""
    return " ".join(f"{at:x}-{name}" for name, at in times.items())
