"""A send's deadline to leave for Twilio, on both clocks."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from shared.clock import SystemClock
from shared.errors import AppError, TwilioOutcomeUnknownError
from shared.twilio_api.dispatch import Dispatch, TooLateError, note_leave, note_refusal, under_way
from tests.shared.conftest import ManualClock

LIMIT_S = 40


class TwoClocks(ManualClock):
    """A clock whose time of day can be set separately."""

    def __init__(self) -> None:
        super().__init__()
        self.set_by_s = 0.0

    def now(self) -> datetime:
        return super().now() + timedelta(seconds=self.set_by_s)


@pytest.mark.parametrize(
    ("passed_s", "set_by_s"), [(LIMIT_S, 0), (LIMIT_S, -60), (0, LIMIT_S), (1, LIMIT_S)]
)
def test_a_send_is_late_if_either_clock_says_so(passed_s: float, set_by_s: float) -> None:
    clock = TwoClocks()
    dispatch = Dispatch(clock, LIMIT_S)
    clock.advance(passed_s)
    clock.set_by_s = set_by_s

    with under_way(dispatch), pytest.raises(TooLateError):
        note_leave()
    assert not dispatch.is_out


def test_a_restarted_send_has_its_full_time(clock: ManualClock) -> None:
    dispatch = Dispatch(clock, LIMIT_S)
    clock.advance(LIMIT_S)
    dispatch.restart()

    assert dispatch.left_s() == LIMIT_S


def test_a_send_is_out_until_it_is_refused(clock: ManualClock) -> None:
    dispatch = Dispatch(clock, LIMIT_S)

    with under_way(dispatch):
        note_leave()
        is_out = dispatch.is_out
        note_refusal()

    assert (is_out, dispatch.is_out) == (True, False)


def test_a_request_that_is_not_a_send_has_no_deadline(clock: ManualClock) -> None:
    dispatch = Dispatch(clock, LIMIT_S)
    with under_way(dispatch):
        clock.advance(LIMIT_S)

    note_leave()
    note_refusal()

    assert not dispatch.is_out


@pytest.mark.parametrize(
    ("notes", "error"),
    [
        ([], TooLateError),
        ([note_leave], TwilioOutcomeUnknownError),
        ([note_leave, note_refusal], TooLateError),
        ([note_leave, note_refusal, note_leave], TwilioOutcomeUnknownError),
    ],
)
def test_work_past_the_deadline_is_unknown_only_if_a_request_is_out(
    notes: list[Callable[[], None]], error: type[AppError]
) -> None:
    async def work() -> None:
        for note in notes:
            note()
        await asyncio.Event().wait()

    async def main() -> None:
        await Dispatch(SystemClock(), 0.2).run(work)

    with pytest.raises(error):
        asyncio.run(main())
