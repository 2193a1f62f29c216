"""Helpers for tests of the limits: instances, unreliable ledgers, and a clock."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.config.settings import Settings
from shared.guard_errors import LimitReachedError
from shared.guards.limits import Demand, Limits, Taken
from shared.ledger.memory import MemoryLedger
from shared.ledger.rows import Ledger, Row, RowChangedError, RowExistsError

TO, OTHER = "+12025550123", "+12025550124"


@dataclass
class DayClock:
    """A clock at a time of day; `ahead_s` makes it wrong."""

    at: datetime = field(default_factory=lambda: datetime(2026, 11, 22, 12, tzinfo=UTC))

    def monotonic(self) -> float:
        return self.at.timestamp()

    def now(self) -> datetime:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


class SlowLedger(MemoryLedger):
    """A ledger in memory that lets other tasks run at each step, like a real store."""

    def __init__(self) -> None:
        super().__init__()
        self.requests: list[str] = []

    async def insert(self, row: Row) -> Row:
        await self._step("insert")
        return await super().insert(row)

    async def read(self, kind: str, name: str) -> Row | None:
        await self._step("read")
        return await super().read(kind, name)

    async def replace(self, row: Row) -> Row:
        await self._step("replace")
        return await super().replace(row)

    async def _step(self, name: str) -> None:
        self.requests.append(name)
        await asyncio.sleep(0)


class ForgetfulLedger(SlowLedger):
    """Loses the answer to each write: its client retries and gets a conflict."""

    async def insert(self, row: Row) -> Row:
        raise RowExistsError(await super().insert(row))

    async def replace(self, row: Row) -> Row:
        await super().replace(row)
        raise RowChangedError


def limits(ledger: Ledger, clock: DayClock, **settings: object) -> Limits:
    """Return one instance's limits, with only the given ones set."""
    values = {"DAILY_SEGMENT_LIMIT": "0", "DAILY_CALL_LIMIT": "0"}
    values |= {name: str(value) for name, value in settings.items()}
    return Limits(lambda: ledger, clock, Settings.from_mapping(values))


def demand(to: str, kind: str, units: int) -> Demand:
    """Return the demand of a text with `units` segments, or of a call (one unit)."""
    return Demand(to, segments=units) if kind == "text" else Demand(to, calls=1)


async def outcomes(*takes: Coroutine[Any, Any, Taken]) -> list[Taken | BaseException]:
    """Return the outcomes of concurrent takes."""
    return await asyncio.gather(*takes, return_exceptions=True)


def admitted(results: list[Taken | BaseException]) -> list[Taken]:
    """Return the admitted takes; the others were refused by a limit."""
    assert all(isinstance(result, Taken | LimitReachedError) for result in results)
    return [result for result in results if isinstance(result, Taken)]


async def refusal(take: Coroutine[Any, Any, Taken]) -> LimitReachedError:
    """Return the refusal of a take."""
    with pytest.raises(LimitReachedError) as refused:
        await take
    return refused.value
