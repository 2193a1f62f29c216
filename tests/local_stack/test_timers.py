"""The timer trigger, with a clock that only moves when someone sleeps."""

from __future__ import annotations

import asyncio
import contextlib
import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from local_stack.host.app.function_file import Binding, FunctionDefinition
from local_stack.host.app.json_file import AppFileError
from local_stack.host.triggers.schedules import read_schedule
from local_stack.host.triggers.timer import Clock, Timer, TimerTrigger
from local_stack.host.triggers.timer_file import TIMER, TimerFile, read_timer
from local_stack.host.triggers.timer_status import TimerStatus, TimerStatuses, status_path
from local_stack.host.worker.time_limits import TimeLimits

NOON = datetime(2026, 11, 30, 12, 0, 0, tzinfo=UTC)


def function(**entry: object) -> FunctionDefinition:
    """Return a function with a timer that has these entries in function.json."""
    timer = {"type": TIMER, "direction": "in", "name": "timer", **entry}
    return FunctionDefinition(
        name="Tick",
        directory=Path("Tick"),
        script=Path("Tick/__init__.py"),
        entry_point=None,
        bindings=(Binding("timer", TIMER, "in"),),
        trigger="timer",
        trigger_type=TIMER,
        document={"bindings": [timer]},
    )


@dataclass
class Trial:
    """A timer under test: what it ran, and when. `duration` is of each run in seconds."""

    statuses: TimerStatuses
    now: datetime = NOON
    duration: float = 0.0
    runs: list[datetime] = field(default_factory=list[datetime])
    saw: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    metadata: list[str] = field(default_factory=list[str])

    def start(self, schedule: str, until: str, **options: bool) -> list[str]:
        """Let a timer tick until a time; return the times of its runs since NOON's day began."""
        self.runs.clear()
        self.saw.clear()
        asyncio.run(
            self._tick(schedule, datetime.fromisoformat(f"2026-11-30T{until}+00:00"), options)
        )
        return [f"{run:%H:%M:%S}" for run in self.runs]

    async def _tick(self, schedule: str, until: datetime, options: dict[str, bool]) -> None:
        file = replace(TimerFile(read_schedule(schedule)), **options)

        async def sleep(seconds: float) -> None:
            if self.now >= until:
                timer.is_stopped = True
                raise asyncio.CancelledError
            self.now = min(self.now + timedelta(seconds=seconds), until)

        async def run(_: object, trigger: Any, metadata: Any, reason: str) -> None:
            assert timer.is_running
            self.runs.append(self.now)
            self.saw.append(json.loads(trigger.value))
            self.metadata.append(metadata["TimerTrigger"].value)
            self.now += timedelta(seconds=self.duration)
            timer.is_stopped = self.now >= until

        timer = Timer(function(), file, self.statuses, run, Clock(lambda: self.now, sleep))
        with contextlib.suppress(asyncio.CancelledError):
            await timer.tick()


@pytest.fixture
def trial(tmp_path: Path) -> Trial:
    """A timer of an app that never ran before, at noon."""
    return Trial(TimerStatuses(tmp_path / "status.json"))


def test_a_timer_runs_at_each_tick(trial: Trial) -> None:
    assert trial.start("0 */20 * * * *", "13:00:30") == ["12:20:00", "12:40:00", "13:00:00"]


def test_a_time_span_counts_from_the_start(trial: Trial) -> None:
    trial.now += timedelta(seconds=7)

    assert trial.start("00:20:00", "12:50:00") == ["12:20:07", "12:40:07"]


def test_a_function_sees_what_azure_tells_it(trial: Trial) -> None:
    trial.start("0 */20 * * * *", "12:45:00")

    first, second = trial.saw
    assert first == {
        "Schedule": {"AdjustForDST": True},
        "ScheduleStatus": {
            "Last": "0001-01-01T00:00:00+00:00",
            "Next": "2026-11-30T12:20:00+00:00",
            "LastUpdated": "2026-11-30T12:00:00+00:00",
        },
        "IsPastDue": False,
    }
    assert second["ScheduleStatus"] == {
        "Last": "2026-11-30T12:20:00+00:00",
        "Next": "2026-11-30T12:40:00+00:00",
        "LastUpdated": "2026-11-30T12:20:00+00:00",
    }
    assert trial.metadata == ["11/30/2026 12:20:00", "11/30/2026 12:40:00"]


def test_a_function_sees_no_status_without_a_monitor(trial: Trial) -> None:
    trial.start("00:00:50", "12:01:00")
    assert trial.saw == [
        {"Schedule": {"AdjustForDST": False}, "ScheduleStatus": None, "IsPastDue": False}
    ]

    trial.start("0 * * * * *", "12:02:30", is_monitored=False)
    assert trial.saw[0]["ScheduleStatus"] is None


def test_a_tick_that_was_missed_runs_once_at_the_next_start(trial: Trial) -> None:
    trial.start("0 * * * * *", "12:01:30")
    trial.now = NOON.replace(minute=5, second=30)

    assert trial.start("0 * * * * *", "12:06:30") == ["12:05:30", "12:06:00"]
    assert [seen["IsPastDue"] for seen in trial.saw] == [True, False]
    assert trial.saw[0]["ScheduleStatus"]["Next"] == "2026-11-30T12:02:00+00:00"


@pytest.mark.parametrize(
    ("schedule", "options"),
    [("0 * * * * *", {"is_monitored": False}), ("*/50 * * * * *", {})],
)
def test_a_missed_tick_is_lost_without_a_monitor(
    trial: Trial, schedule: str, options: dict[str, bool]
) -> None:
    trial.start(schedule, "12:01:30", **options)
    trial.now = NOON.replace(minute=5, second=30)

    assert trial.start(schedule, "12:05:40", **options) == []


def test_a_start_before_the_next_tick_runs_nothing(trial: Trial) -> None:
    trial.start("0 */20 * * * *", "12:25:00")

    assert trial.start("0 */20 * * * *", "12:39:00") == []


def test_a_changed_schedule_has_missed_nothing(trial: Trial) -> None:
    trial.start("0 */2 * * * *", "12:03:00")
    trial.now = NOON.replace(minute=10)

    assert trial.start("0 30 * * * *", "12:45:00") == ["12:30:00"]
    assert trial.saw[0]["IsPastDue"] is False


def test_run_on_startup_runs_at_each_start(trial: Trial) -> None:
    assert trial.start("0 0 0 1 1 *", "12:00:01", runs_on_startup=True) == ["12:00:00"]
    assert trial.start("0 0 0 1 1 *", "12:00:09", runs_on_startup=True) == ["12:00:01"]
    assert trial.saw[0]["IsPastDue"] is False


def test_ticks_during_a_run_are_dropped_and_the_next_run_begins_right_after(trial: Trial) -> None:
    trial.duration = 3.0

    assert trial.start("* * * * * *", "12:00:09") == ["12:00:01", "12:00:04", "12:00:07"]


def test_a_clock_that_wakes_early_gives_one_run(trial: Trial) -> None:
    timer_status = TimerStatus(NOON, NOON.replace(minute=1), NOON)
    trial.statuses.write("Tick", timer_status)
    trial.now = NOON.replace(minute=0, second=59, microsecond=999_999)

    assert trial.start("0 * * * * *", "12:01:30") == ["12:01:00"]


def test_a_schedule_without_a_tick_never_runs(trial: Trial) -> None:
    assert trial.start("0 0 0 30 2 *", "23:00:00") == []


def test_a_status_outlives_the_host_that_wrote_it(tmp_path: Path) -> None:
    path = tmp_path / "status.json"
    status = TimerStatus(NOON, NOON.replace(minute=1, microsecond=5), NOON)
    TimerStatuses(path).write("Tick", status)
    TimerStatuses(path).write("Tock", status)

    assert TimerStatuses(path).read("Tick") == status
    assert TimerStatuses(path).read("Other") is None


@pytest.mark.parametrize(
    "content", ["", "[]", "{", '{"Tick": 1}', '{"Tick": {"Last": "soon"}}', "\0", "[" * 100_000]
)
def test_a_damaged_status_counts_as_none(tmp_path: Path, content: str) -> None:
    path = tmp_path / "status.json"
    path.write_text(content)

    assert TimerStatuses(path).read("Tick") is None


def test_each_app_has_its_own_status(tmp_path: Path) -> None:
    assert status_path(tmp_path / "one") != status_path(tmp_path / "two")
    assert status_path(tmp_path / "one") == status_path(tmp_path / "two" / ".." / "one")


def test_only_one_host_runs_the_timers_of_an_app(tmp_path: Path) -> None:
    first, second = (TimerStatuses(tmp_path / "status.json") for _ in range(2))

    assert first.claim()
    assert not second.claim()
    assert first.claim()
    first.release()
    assert second.claim()
    second.release()


def test_a_setting_can_hold_the_schedule() -> None:
    timer = read_timer(function(schedule="%WHEN% * * * *"), {"WHEN": "*/5"})

    assert timer.schedule == read_schedule("*/5 * * * *")


@pytest.mark.parametrize(
    "entry",
    [
        {},
        {"schedule": None},
        {"schedule": ""},
        {"schedule": []},
        {"schedule": "%MISSING%"},
        {"schedule": "* * * * *", "runOnStartup": "often"},
        {"schedule": "* * * * *", "useMonitor": 3},
    ],
)
def test_a_wrong_timer_is_an_error(entry: dict[str, object]) -> None:
    with pytest.raises(AppFileError):
        read_timer(function(**entry), {})


def test_a_timer_is_monitored_and_waits_for_its_tick_by_default() -> None:
    timer = read_timer(function(schedule="* * * * *"), {})

    assert timer.is_monitored
    assert not timer.runs_on_startup
    flags = read_timer(function(schedule=5, useMonitor=False, runOnStartup="true"), {})
    assert not flags.is_monitored
    assert flags.runs_on_startup


def test_timers_that_wait_for_another_host_say_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    other, own = (TimerStatuses(tmp_path / "status.json") for _ in range(2))
    assert other.claim()
    ran = asyncio.Event()

    async def sleep(_: float) -> None:
        if "another process" in caplog.text:
            other.release()
            ran.set()
        await asyncio.sleep(0)

    async def wait() -> None:
        timer = (function(), TimerFile(read_schedule("0 0 0 30 2 *")))
        limits = TimeLimits(None, print, print)
        trigger = TimerTrigger([timer], [], own, limits, Clock(lambda: NOON, sleep))
        trigger.start()
        await asyncio.wait_for(ran.wait(), 10)
        trigger.stop()

    asyncio.run(wait())
    own.release()

    assert caplog.text.count("another process") == 1
