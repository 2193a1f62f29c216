"""Concurrent, repeated reports in random order end in the true state and act once."""

from __future__ import annotations

import asyncio
import sys
import time
from collections import Counter
from random import Random
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.clock import SystemClock
from shared.delivery.states import States, StatusReport
from shared.ledger.memory import MemoryLedger
from shared.ledger.rows import Row, RowChangedError, RowExistsError

ROUNDS = 200
REPORTS = 500
# The statuses of one message or call, in order.
COURSES = {
    "SM": (
        ("queued", "sending", "sent", "delivered"),
        ("accepted", "queued", "sent", "undelivered"),
        ("scheduled", "canceled"),
        ("queued", "failed"),
        ("sent", "delivered", "read"),
        ("queued", "sent", "on_its_way"),
    ),
    "CA": (
        ("initiated", "ringing", "in-progress", "completed"),
        ("initiated", "ringing", "no-answer"),
        ("queued", "initiated", "failed"),
        ("initiated", "busy"),
        ("initiated", "ringing"),
    ),
}


class ContestedLedger(MemoryLedger):
    """A ledger with concurrent writers, which loses one answer in twenty."""

    def __init__(self, random: Random) -> None:
        super().__init__()
        self._random = random
        self.writes = self.lost_races = self.lost_answers = 0

    async def read(self, kind: str, name: str) -> Row | None:
        await self._others()
        return await super().read(kind, name)

    async def insert(self, row: Row) -> Row:
        await self._others()
        try:
            return self._answer(await super().insert(row), RowExistsError())
        except RowExistsError:
            self.lost_races += 1
            raise

    async def replace(self, row: Row) -> Row:
        await self._others()
        try:
            return self._answer(await super().replace(row), RowChangedError())
        except RowChangedError:
            self.lost_races += 1
            raise

    async def _others(self) -> None:
        for _ in range(self._random.randrange(4)):
            await asyncio.sleep(0)

    def _answer(self, row: Row, error: Exception) -> Row:
        """Lose an answer: the client retries and collides with its own row."""
        self.writes += 1
        if self._random.random() < 0.05:
            self.lost_answers += 1
            self.lost_races -= 1
            raise error
        return row


class Outcome(NamedTuple):
    """The result of some reports."""

    things: int
    wrong: int
    repeated: int
    missed: int
    ledger: ContestedLedger


def shuffled_reports(random: Random, number: int) -> tuple[list[StatusReport], dict[str, str]]:
    """Return `number` reports, half of them repeats, and the true state of each item."""
    reports: list[StatusReport] = []
    truth: dict[str, str] = {}
    while len(reports) < number // 2:
        prefix = random.choice(sorted(COURSES))
        course = random.choice(COURSES[prefix])
        sid = f"{prefix}{len(truth):032x}"
        truth[sid] = course[-1]
        reports += [StatusReport(sid, status) for status in course]
    reports += random.choices(reports, k=number - len(reports))
    random.shuffle(reports)
    return reports, truth


async def play(seed: int, *, reports: int, workers: int) -> Outcome:
    """Let the workers handle a seed's reports."""
    random = Random(seed)  # noqa: S311 - not for secrets
    ledger = ContestedLedger(random)
    states = States(ledger, SystemClock())
    given_reports, truth = shuffled_reports(random, reports)
    acts: Counter[StatusReport] = Counter()
    waiting = iter(given_reports)

    async def work() -> None:
        for report in waiting:
            is_news = await states.record(report, await states.find(report.sid))
            acts[report] += is_news

    await asyncio.gather(*(work() for _ in range(workers)))
    ended = {sid: await states.find(sid) for sid in truth}
    return Outcome(
        things=len(truth),
        wrong=sum(not state or state.status != truth[sid] for sid, state in ended.items()),
        repeated=sum(count > 1 for count in acts.values()),
        missed=sum(count < 1 for count in acts.values()),
        ledger=ledger,
    )


@given(seed=st.integers(0, 2**32), workers=st.sampled_from([1, 2, 8]))
def test_a_few_reports_in_random_order(seed: int, workers: int) -> None:
    outcome = asyncio.run(play(seed, reports=40, workers=workers))

    assert (outcome.wrong, outcome.repeated, outcome.missed) == (0, 0, 0)


@pytest.mark.soak
def test_many_rounds_of_500_reports_in_random_order() -> None:
    began = time.perf_counter()
    outcomes = [asyncio.run(play(seed, reports=REPORTS, workers=16)) for seed in range(ROUNDS)]
    duration_s = time.perf_counter() - began

    wrong, repeated, missed = (
        sum(getattr(outcome, name) for outcome in outcomes)
        for name in ("wrong", "repeated", "missed")
    )
    writes, lost_races, lost_answers = (
        sum(getattr(outcome.ledger, name) for outcome in outcomes)
        for name in ("writes", "lost_races", "lost_answers")
    )
    sys.stdout.write(
        f"\n{ROUNDS} times {REPORTS} reports in random order, half of them repeats, of "
        f"{sum(outcome.things for outcome in outcomes)} messages and calls, 16 workers: "
        f"{writes} writes, {lost_races} lost races, {lost_answers} lost answers; "
        f"{wrong} wrong states, {repeated} handled twice, {missed} never; {duration_s:.1f} s\n"
    )
    assert (wrong, repeated, missed) == (0, 0, 0)
    assert min(lost_races, lost_answers) > ROUNDS
