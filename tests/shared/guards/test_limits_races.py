"""Instances that share a ledger, with concurrent requests and store failures."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.config.settings import Settings
from shared.errors import LedgerError
from shared.guard_errors import LimitReachedError
from shared.guards.limits import Limits, Taken
from shared.ledger.memory import MemoryLedger
from shared.ledger.rows import Row, RowChangedError
from tests.shared.guards.limit_trials import demand

NUMBERS = ("+12025550123", "+12025550124")
LIMIT, PERIOD_S, SEGMENTS, CALLS = 3, 10, 25, 6
# Uncounted requests are not sent, so each limit holds whatever fails.
CONFIG = Settings.from_mapping(
    {
        "RECIPIENT_LIMIT": str(LIMIT),
        "RECIPIENT_LIMIT_SECONDS": str(PERIOD_S),
        "DAILY_SEGMENT_LIMIT": str(SEGMENTS),
        "DAILY_CALL_LIMIT": str(CALLS),
        "STORAGE_OUTAGE": "refuse_all",
    }
)


class Request(NamedTuple):
    """A request to an instance for a text or a call; Twilio then refuses it if `is_refused`."""

    instance: int
    to: str
    kind: str
    segments: int
    is_refused: bool


class Clock:
    """A clock that starts half a minute before midnight."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 22, 23, 59, 30, tzinfo=UTC)

    def monotonic(self) -> float:
        return self.at.timestamp()

    def now(self) -> datetime:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


class UnsteadyLedger(MemoryLedger):
    """Yields to others at random, and fails at random: before the work, after it, or never."""

    def __init__(self, seed: int, faults: float) -> None:
        super().__init__()
        self._random = Random(seed)  # noqa: S311 - not for secrets
        self._faults = faults

    async def insert(self, row: Row) -> Row:
        return await self._done(lambda: super(UnsteadyLedger, self).insert(row))

    async def read(self, kind: str, name: str) -> Row | None:
        return await self._done(lambda: super(UnsteadyLedger, self).read(kind, name))

    async def replace(self, row: Row) -> Row:
        result = await self._done(lambda: super(UnsteadyLedger, self).replace(row))
        if self._random.random() < self._faults:  # retried, because its answer was lost
            raise RowChangedError
        return result

    async def _done[Result](self, work: Callable[[], Awaitable[Result]]) -> Result:
        for _ in range(self._random.randrange(4)):
            await asyncio.sleep(0)
        before, after = (self._random.random() < self._faults / 2 for _ in range(2))
        if before:
            raise LedgerError("down")
        result = await work()
        if after:
            raise LedgerError("down")
        return result


class World:
    """Three instances, and the texts and calls they admitted, with times."""

    def __init__(self, seed: int, faults: float) -> None:
        self.clock = Clock()
        ledger = UnsteadyLedger(seed, faults)
        self.instances = [Limits(lambda: ledger, self.clock, CONFIG) for _ in range(3)]
        self.sent: list[tuple[datetime, str, Taken]] = []
        self.refused: list[tuple[datetime, str, str]] = []

    async def ask(self, request: Request) -> None:
        limits = self.instances[request.instance]
        try:
            units = request.segments if request.kind == "text" else 1
            taken = await limits.take(demand(request.to, request.kind, units))
        except LimitReachedError as error:
            self.refused.append((self.clock.at, request.to, error.log_text))
            return
        except LedgerError:
            return
        if request.is_refused:
            await limits.give_back(taken)
        else:
            self.sent.append((self.clock.at, request.to, taken))

    def in_window(self, to: str, end: datetime) -> int:
        """Return how many texts and calls a number got in the window that ends at `end`."""
        begin = end - timedelta(seconds=PERIOD_S)
        return sum(number == to and begin < at <= end for at, number, _ in self.sent)

    def in_days(self) -> Counter[tuple[object, str]]:
        """Return the units per day and setting."""
        units: Counter[tuple[object, str]] = Counter()
        for _, _, taken in self.sent:
            for setting, taken_units, day in taken.units:
                units[day, setting] += taken_units
        return units


def requests(*, may_be_refused: bool) -> st.SearchStrategy[Request]:
    refusals = st.booleans() if may_be_refused else st.just(value=False)
    kinds: st.SearchStrategy[str] = st.sampled_from(("text", "text", "call"))
    return st.builds(
        Request, st.integers(0, 2), st.sampled_from(NUMBERS), kinds, st.integers(1, 8), refusals
    )


def rounds(*, may_be_refused: bool) -> st.SearchStrategy[list[tuple[int, list[Request]]]]:
    """Generate bursts of concurrent requests, some seconds apart."""
    at_once = st.lists(requests(may_be_refused=may_be_refused), min_size=1, max_size=8)
    return st.lists(st.tuples(st.sampled_from((0, 1, 5, 9, 10)), at_once), max_size=10)


def played(seed: int, faults: float, crowds: list[tuple[int, list[Request]]]) -> World:
    """Return the world after all requests."""
    world = World(seed, faults)

    async def main() -> None:
        for pause_s, crowd in crowds:
            await world.clock.sleep(pause_s)
            await asyncio.gather(*(world.ask(request) for request in crowd))

    asyncio.run(main())
    return world


def check(world: World) -> None:
    """Check that no window and no day exceeds its limit."""
    for end, number, taken in world.sent:
        assert world.in_window(number, end) <= LIMIT
        assert taken.units
    for (_, setting), units in world.in_days().items():
        assert units <= (SEGMENTS if setting == "DAILY_SEGMENT_LIMIT" else CALLS)


@given(seed=st.integers(0, 2**32), crowds=rounds(may_be_refused=True))
@settings(max_examples=30)
def test_no_limit_is_exceeded_whatever_fails(
    seed: int, crowds: list[tuple[int, list[Request]]]
) -> None:
    check(played(seed, 0.2, crowds))


@given(seed=st.integers(0, 2**32), crowds=rounds(may_be_refused=False))
@settings(max_examples=25)
def test_without_failures_nothing_is_refused_below_a_limit(
    seed: int, crowds: list[tuple[int, list[Request]]]
) -> None:
    world = played(seed, 0, crowds)

    check(world)
    for at, to, setting in world.refused:
        if setting == "RECIPIENT_LIMIT":
            assert world.in_window(to, at) == LIMIT


@pytest.mark.soak
@given(seed=st.integers(0, 2**32), crowds=rounds(may_be_refused=True))
@settings(max_examples=600)
def test_no_limit_is_exceeded_whatever_fails_in_many_rounds(
    seed: int, crowds: list[tuple[int, list[Request]]]
) -> None:
    check(played(seed, 0.3, crowds))
