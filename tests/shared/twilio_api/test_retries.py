"""Retries of requests that did nothing: how often, how soon, and for how long."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import (
    RETRY_AFTER_OUTAGE_S,
    AppError,
    TwilioError,
    TwilioOutcomeUnknownError,
    TwilioRefusedError,
    TwilioTimeoutError,
    TwilioUnreachableError,
    VaultError,
)
from shared.twilio_api.retries import FIRST_DELAY_S, LONGEST_DELAY_S, MAX_ATTEMPTS, Retries
from tests.shared.conftest import ManualClock

if TYPE_CHECKING:
    from collections.abc import Callable

BUDGET_S = 10.0


def refused(status: int = 429, retry_after_s: int | None = None) -> TwilioRefusedError:
    return TwilioRefusedError("no", code=None, twilio_status=status, retry_after_s=retry_after_s)


def unreachable() -> TwilioUnreachableError:
    return TwilioUnreachableError(
        "The app cannot connect to Twilio, so nothing was sent. Try again."
    )


class Trial:
    """An operation that always fails in the same way; records when it was tried."""

    def __init__(self, fail: Callable[[], AppError], *, takes_s: float = 0) -> None:
        self.clock = ManualClock()
        self.started = self.clock.monotonic()
        self.at: list[float] = []
        self.fail = fail
        self.takes_s = takes_s

    async def __call__(self) -> str:
        self.at.append(self.clock.monotonic() - self.started)
        self.clock.advance(self.takes_s)
        raise self.fail()

    def run(self, budget_s: float = BUDGET_S, chance: float = 1.0) -> AppError:
        with pytest.raises(AppError) as caught:
            asyncio.run(Retries(self.clock, budget_s, lambda: chance).run(self))
        return caught.value

    @property
    def pauses(self) -> list[float]:
        return [after - before for before, after in zip(self.at, self.at[1:], strict=False)]


def test_the_first_success_is_returned() -> None:
    outcomes: list[AppError | str] = [unreachable(), refused(), "sent", "sent again"]

    async def attempt() -> str:
        outcome = outcomes.pop(0)
        if isinstance(outcome, AppError):
            raise outcome
        return outcome

    assert asyncio.run(Retries(ManualClock(), BUDGET_S, lambda: 0.5).run(attempt)) == "sent"
    assert outcomes == ["sent again"]


def test_delays_start_at_100_ms_and_double_up_to_4_seconds() -> None:
    trial = Trial(refused)
    trial.run(budget_s=20)

    assert trial.pauses == pytest.approx([0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 4, 4, 4])


def test_up_to_half_of_a_delay_is_random() -> None:
    trial = Trial(unreachable)
    trial.run(chance=0)

    assert trial.pauses[:4] == pytest.approx([0.05, 0.1, 0.2, 0.4])


def test_retry_after_is_obeyed_with_jitter() -> None:
    trial = Trial(lambda: refused(retry_after_s=3))
    error = trial.run()

    assert trial.pauses == pytest.approx([3.1, 3.2, 3.4])
    assert error.retry_after_s == 3


def test_a_retry_after_beyond_the_budget_fails_at_once() -> None:
    trial = Trial(lambda: refused(retry_after_s=60))

    assert trial.run().retry_after_s == 60
    assert trial.at == [0]


@pytest.mark.parametrize("fail", [refused, unreachable])
def test_the_final_error_has_a_retry_after(fail: Callable[[], TwilioError]) -> None:
    assert Trial(fail).run().retry_after_s == RETRY_AFTER_OUTAGE_S


def test_an_attempt_that_uses_up_the_budget_is_the_last_one() -> None:
    trial = Trial(unreachable, takes_s=5)
    trial.run()

    assert len(trial.at) == 2


def test_a_late_wake_up_does_not_retry(monkeypatch: pytest.MonkeyPatch) -> None:
    trial = Trial(unreachable)

    async def oversleep(seconds: float) -> None:
        trial.clock.advance(seconds + 11)

    monkeypatch.setattr(trial.clock, "sleep", oversleep)
    trial.run()

    assert trial.at == [0]


def test_a_stopped_clock_does_not_cause_endless_retries(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    trial = Trial(unreachable)

    async def return_at_once(seconds: float) -> None:
        pass

    monkeypatch.setattr(trial.clock, "sleep", return_at_once)
    trial.run()

    assert len(trial.at) == MAX_ATTEMPTS


@given(
    chances=st.lists(st.floats(0, 1), min_size=MAX_ATTEMPTS),
    budget_s=st.floats(0.01, 30),
    took_s=st.lists(st.floats(0, 20), min_size=MAX_ATTEMPTS),
    wishes=st.lists(st.none() | st.integers(0, 40), min_size=MAX_ATTEMPTS),
)
def test_delays_and_attempts_are_bounded(
    chances: list[float], budget_s: float, took_s: list[float], wishes: list[int | None]
) -> None:
    clock, starts, slept = ManualClock(), list[float](), list[float]()
    began = clock.monotonic()

    async def attempt() -> None:
        starts.append(clock.monotonic() - began)
        clock.advance(took_s[len(starts) - 1])
        raise refused(retry_after_s=wishes[len(starts) - 1])

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        clock.advance(seconds)

    clock.sleep = sleep
    chance = iter(chances)
    with pytest.raises(TwilioRefusedError):
        asyncio.run(Retries(clock, budget_s, lambda: next(chance)).run(attempt))

    assert all(start <= budget_s + 1e-6 for start in starts)
    assert 1 <= len(starts) <= MAX_ATTEMPTS
    assert len(slept) <= len(starts)
    for number, seconds in enumerate(slept):
        own_s = seconds - (wishes[number] or 0)
        longest_s = min(FIRST_DELAY_S * 2**number, LONGEST_DELAY_S)
        assert longest_s / 2 - 1e-6 <= own_s <= longest_s + 1e-6


@given(
    error=st.one_of(
        st.integers(300, 599).filter(lambda status: status != 429).map(refused),
        st.sampled_from([TwilioOutcomeUnknownError("x"), TwilioTimeoutError("x"), VaultError("x")]),
    )
)
def test_other_errors_are_not_retried(error: AppError) -> None:
    trial = Trial(lambda: error)

    assert trial.run() is error
    assert trial.at == [0]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        *[("0", 0), ("7", 7), (" 120 ", 120), (None, None), ("", None), ("-1", None)],
        *[("1.5", None), ("soon", None), ("9" * 5000, None), ("٣", None)],
    ],
)
def test_retry_after_accepts_seconds(text: str | None, seconds: int | None) -> None:
    assert Retries(ManualClock(), BUDGET_S, lambda: 1.0).wait_asked_for(text) == seconds


@pytest.mark.parametrize("form", ["imf", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %d %H:%M:%S %Y"])
@pytest.mark.parametrize(("later_s", "seconds"), [(30, 30), (-3600, 0)])
def test_retry_after_accepts_http_dates(form: str, later_s: int, seconds: int) -> None:
    clock = ManualClock()
    date = clock.now() + timedelta(seconds=later_s)
    text = format_datetime(date, usegmt=True) if form == "imf" else date.strftime(form)

    assert Retries(clock, BUDGET_S, lambda: 1.0).wait_asked_for(text) == seconds


@given(
    text=st.text() | st.from_regex(r"\w+, [0-9]+ \w+ [0-9]+ [0-9:]+ [+-]?[0-9]+", fullmatch=True)
)
def test_any_other_retry_after_is_ignored(text: str) -> None:
    wait_s = Retries(ManualClock(), BUDGET_S, lambda: 1.0).wait_asked_for(text)

    assert wait_s is None or wait_s >= 0
