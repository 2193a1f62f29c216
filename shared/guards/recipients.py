"""How many texts and calls one number gets within a period: RECIPIENT_LIMIT.

The row of a number holds the times of its last texts and calls. Each change of it is one atomic
write, so no two instances can both take the last place. The times are those of the instances'
clocks: the window is as exact as these agree.
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
    """A text or a call to be counted under the name `entry`, or not to be counted after all."""

    entry: str
    is_return: bool = False


class RecipientRates:
    """At most `limit` texts and calls to one number within `period_s` seconds."""

    def __init__(
        self,
        ledger: Callable[[], Ledger],
        clock: Clock,
        *,
        limit: int,
        period_s: int,
        patience_s: float,
    ) -> None:
        """`ledger` may raise; within `patience_s` seconds it has to be done."""
        self._ledger = ledger
        self._clock = clock
        self._limit = limit
        self._period = period_s * SECOND
        self._patience_s = patience_s
        self._batches = Batches(self._change)

    async def take(self, number: str, entry: str, field: str) -> None:
        """Count a text or call to a number (E.164); `entry` is its own name, hexadecimal.

        Raise LimitReachedError naming `field` when it is one too many, LedgerError,
        ConfigurationError.
        """
        wait_s = await self._batches.add(_name(number), _Change(entry))
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

    async def give_back(self, number: str, entry: str) -> None:
        """Count this one no longer, and no other. Raise LedgerError, ConfigurationError."""
        await self._batches.add(_name(number), _Change(entry, is_return=True))

    async def _change(self, name: str, changes: Sequence[_Change]) -> Sequence[int]:
        """Count what there is room for; return for each 0, or in how many seconds there is room."""

        def decide(row: Row | None) -> tuple[Mapping[str, Value] | None, list[int]]:
            now = (self._clock.now() - _EPOCH) // timedelta(microseconds=1)
            known = _times_in(row)
            # What another clock, ahead of this one, has counted happened by now at the latest.
            kept = {entry: min(at, now) for entry, at in known.items() if at + self._period > now}
            waits = [self._counted(kept, change, now) for change in changes]
            return (None if kept == known else {"sent": _written(kept)}), waits

        return await change_row(self._ledger(), KIND, name, decide, self._patience_s)

    def _counted(self, kept: dict[str, int], change: _Change, now: int) -> int:
        """Carry out a change; return 0, or the seconds until there is room for it.

        What is there already is not counted again: the answer to its first write was lost.
        """
        if change.is_return:
            kept.pop(change.entry, None)
        elif change.entry not in kept:
            if len(kept) >= self._limit:
                return self._wait_s(kept.values(), now)
            kept[change.entry] = now
        return 0

    def _wait_s(self, times: Iterable[int], now: int) -> int:
        """In how many seconds there is room for one more, at least 1."""
        oldest_first = sorted(times)
        # Where the limit was higher before, more than one has to fall out of the window.
        last_in_the_way = oldest_first[len(oldest_first) - self._limit]
        return -((now - last_in_the_way - self._period) // SECOND)


def _name(number: str) -> str:
    """The row's name. The hash keeps numbers from being read, not from being guessed."""
    return hashlib.sha256(number.encode()).hexdigest()[:32]


def _times_in(row: Row | None) -> dict[str, int]:
    """The times in a row, in microseconds since 1970, by the names of their entries."""
    sent = str(row.values["sent"]).split() if row else []
    pairs = (entry.split("-") for entry in sent)
    return {name: int(at, 16) for at, name in pairs}


def _written(times: Mapping[str, int]) -> str:
    """Up to 23 characters for each: a thousand fit into a row."""
    return " ".join(f"{at:x}-{name}" for name, at in times.items())
