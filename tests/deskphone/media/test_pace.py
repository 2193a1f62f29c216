"""The beat of 20 ms."""

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskphone.media.pace import FRAME_SECONDS, MOST_AT_ONCE, Beat, Pace


@given(st.floats(0, 1e6), st.lists(st.floats(0, 0.3), max_size=100))
def test_no_frame_is_lost_or_counted_twice(start: float, delays: list[float]) -> None:
    beat, now, counted = Beat(start), start, 0
    for delay in delays:
        now = max(now, beat.next) + delay
        frames, skipped = beat.due(now)
        counted += frames + skipped

        assert 1 <= frames <= MOST_AT_ONCE
        # The frames so far are those of the time so far, whatever the delays were.
        assert counted == pytest.approx((now - start) / FRAME_SECONDS + 0.55, abs=0.51)
        assert beat.next > now - FRAME_SECONDS / 10


def test_a_short_delay_is_made_up_for() -> None:
    beat = Beat(0)
    assert beat.due(0) == (1, 0)
    assert beat.due(0.055) == (2, 0)


def test_a_long_delay_is_skipped() -> None:
    beat = Beat(0)
    assert beat.due(0) == (1, 0)
    assert beat.due(1.0) == (1, 49)
    assert beat.due(1.0) == (0, 0)


def test_one_timer_serves_all_while_there_are_any() -> None:
    async def test() -> None:
        loop, pace = asyncio.get_running_loop(), Pace()
        timers: list[float] = []
        call_at = loop.call_at

        def counted(when: float, *args: Any, **options: Any) -> asyncio.TimerHandle:
            if when < loop.time() + 1:  # the others are time limits of this test
                timers.append(when)
            return call_at(when, *args, **options)

        loop.call_at = counted  # pyright: ignore[reportAttributeAccessIssue]
        both, first, second = asyncio.Event(), list[int](), list[int]()

        def tick_first(frames: int, skipped: int) -> None:
            first.append(frames + skipped)

        def tick_second(frames: int, skipped: int) -> None:
            second.append(frames + skipped)
            if len(second) == 3:
                both.set()
                pace.leave(tick_second)

        pace.join(tick_first)
        pace.join(tick_second)
        await asyncio.wait_for(both.wait(), 30)
        assert first == second
        assert len(timers) == 4  # the first and one after each beat

        pace.leave(tick_first)
        pace.leave(tick_first)
        beats = len(first)
        pace.join(tick_second)
        second.clear()
        both.clear()
        await asyncio.wait_for(both.wait(), 30)
        assert len(first) == beats

    asyncio.run(test())
