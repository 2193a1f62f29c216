"""Concurrent reports end in the true state in every store."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from random import Random
from typing import Any

from shared.clock import SystemClock
from shared.delivery.states import State, States, StatusReport
from shared.ledger.rows import Ledger

Run = Callable[[Callable[[Ledger], Awaitable[Any]]], Any]

COURSES = {
    "SM" + "0" * 32: ("queued", "sent", "delivered", "read"),
    "MM" + "1" * 32: ("accepted", "queued", "sent", "undelivered"),
    "CA" + "2" * 32: ("initiated", "ringing", "in-progress", "completed"),
}


def test_concurrent_reports_end_in_the_true_state_and_are_new_once(run: Run) -> None:
    reports = [
        StatusReport(sid, status) for sid, course in COURSES.items() for status in course
    ] * 3
    Random(1).shuffle(reports)  # noqa: S311 - not for secrets

    async def work(ledger: Ledger) -> tuple[Counter[StatusReport], list[State | None]]:
        states = States(ledger, SystemClock())
        answers = await asyncio.gather(*(states.record(report) for report in reports))
        news = Counter(report for report, is_news in zip(reports, answers, strict=True) if is_news)
        return news, [await states.find(sid) for sid in COURSES]

    news, states = run(work)

    assert news == Counter(set(reports))
    assert [state.status for state in states] == [course[-1] for course in COURSES.values()]


def test_a_state_reads_back_as_stored(run: Run) -> None:
    sid = next(iter(COURSES))

    async def work(ledger: Ledger) -> State | None:
        states = States(ledger, SystemClock())
        await states.record(StatusReport(sid, "failed", 30003, "a-b"))
        return await states.find(sid)

    state = run(work)

    assert (state.status, state.error_code, state.claim) == ("failed", 30003, "a-b")
    assert list(state.reports) == ["failed"]
