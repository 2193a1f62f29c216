"""The limits in every store: two instances share them, and a full row fits."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from shared.clock import SystemClock
from shared.config.settings import Settings
from shared.guard_errors import LimitReachedError
from shared.guards.limits import Limits, Taken
from shared.ledger.rows import Ledger
from tests.shared.guards.limit_trials import demand

TO = "+12025550123"

type Run = Callable[[Callable[[Ledger], Awaitable[Any]]], Any]


def limits(ledger: Ledger, **settings: int) -> Limits:
    values = {name: str(value) for name, value in settings.items()}
    return Limits(lambda: ledger, SystemClock(), Settings.from_mapping(values))


async def admitted(instances: list[Limits], kind: str, units: int, times: int) -> int:
    """Return how many concurrent requests, `times` per instance, are admitted."""
    takes = [each.take(demand(TO, kind, units)) for _ in range(times) for each in instances]
    results = await asyncio.gather(*takes, return_exceptions=True)
    assert all(isinstance(result, Taken | LimitReachedError) for result in results)
    return sum(isinstance(result, Taken) for result in results)


@pytest.mark.parametrize("limit", [1, 1000])
def test_two_instances_share_the_limit_of_a_recipient(run: Run, limit: int) -> None:
    async def work(ledger: Ledger) -> int:
        instances = [limits(ledger, RECIPIENT_LIMIT=limit, DAILY_SEGMENT_LIMIT=0) for _ in range(2)]
        return await admitted(instances, "text", 1, limit)

    assert run(work) == limit


def test_two_instances_share_the_daily_limits(run: Run) -> None:
    async def work(ledger: Ledger) -> tuple[int, int]:
        instances = [limits(ledger, DAILY_SEGMENT_LIMIT=40, DAILY_CALL_LIMIT=15) for _ in range(2)]
        texts = await admitted(instances, "text", 2, 20)
        return texts, await admitted(instances, "call", 1, 15)

    assert run(work) == (20, 15)
