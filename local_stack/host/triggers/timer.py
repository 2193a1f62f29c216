"""The timer trigger: run functions on a schedule.

Source: `TimerListener` and `ScheduleMonitor` of Azure/azure-webjobs-sdk-extensions.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from azure_functions_runtime_v1.bindings.datumdef import Datum

from local_stack.host.app.function_file import FunctionDefinition
from local_stack.host.triggers.schedules import is_frequent
from local_stack.host.triggers.timer_file import TIMER, TimerFile
from local_stack.host.triggers.timer_status import FIRST, NEVER, TimerStatus, TimerStatuses
from local_stack.host.worker.invocations import invoke
from local_stack.host.worker.time_limits import TimeLimits

log = logging.getLogger("host")

LONGEST_SLEEP_S = 30.0
"""A computer that was asleep, or whose clock was set, is noticed after this time."""
CLAIM_EVERY_S = 0.2
WAITS_TO_REPORT = 100  # longer than a host that is replaced takes
AZURE_TIME = "%m/%d/%Y %H:%M:%S"

Sleep = Callable[[float], Awaitable[None]]
Run = Callable[[FunctionDefinition, Datum, dict[str, Datum], str], Awaitable[object]]


@dataclass(frozen=True)
class Clock:
    """The time of day, with its zone, and a way to wait a number of seconds."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    sleep: Sleep = asyncio.sleep


class Timer:
    """Runs one function at each tick of its schedule, and never twice at once."""

    def __init__(
        self,
        definition: FunctionDefinition,
        file: TimerFile,
        statuses: TimerStatuses,
        run: Run,
        clock: Clock,
    ) -> None:
        self.definition = definition
        self._file = file
        self._statuses = statuses
        self._run = run
        self._clock = clock
        self._is_monitored = file.is_monitored and not is_frequent(file.schedule, clock.now())
        self._status = self._unused(clock.now())
        self.is_running = False
        self.is_stopped = False

    async def tick(self) -> None:
        """Run the function at start if it must, then at each tick until it is stopped.

        Ticks during a run are dropped, but for one: the next run begins right after.
        """
        now = self._clock.now()
        self._status = self._checked(now) if self._is_monitored else self._unused(now)
        if now > self._status.next:
            since = f"{self._status.next:%Y-%m-%d %H:%M:%S}"
            await self._at_tick(now, f"past due since {since}", past_due=True)
        elif self._file.runs_on_startup:
            await self._at_tick(now, "runOnStartup")
        while not self.is_stopped:
            await self._sleep_until(self._status.next)
            # A clock may wake up a moment too early.
            await self._at_tick(max(self._clock.now(), self._status.next), "timer fired")

    async def call(self, reason: str, *, past_due: bool = False) -> None:
        """Run the function now, besides its schedule."""
        document = {
            "Schedule": {"AdjustForDST": self._file.schedule.adjusts_for_dst},
            "ScheduleStatus": self._status.document() if self._is_monitored else None,
            "IsPastDue": past_due,
        }
        moment = self._clock.now().astimezone(UTC).strftime(AZURE_TIME)
        await self._run(
            self.definition,
            Datum(json.dumps(document, separators=(",", ":")), "json"),
            {"TimerTrigger": Datum(moment, "string")},
            reason,
        )

    async def _at_tick(self, began: datetime, reason: str, *, past_due: bool = False) -> None:
        self.is_running = True
        try:
            await self.call(reason, past_due=past_due)
        finally:
            self.is_running = False
        self._keep(TimerStatus(began, self._next(began), began))

    def _checked(self, now: datetime) -> TimerStatus:
        """Return the stored status, corrected if the schedule was changed since."""
        status = self._statuses.read(self.definition.name)
        if status is None:
            return self._keep(self._unused(now))
        base = status.updated if status.last == FIRST else status.last
        expected = self._next(base)
        if status.next == expected:
            return status
        return self._keep(TimerStatus(FIRST, max(expected, self._next(now)), base))

    def _unused(self, now: datetime) -> TimerStatus:
        return TimerStatus(FIRST, self._next(now), now)

    def _next(self, moment: datetime) -> datetime:
        return self._file.schedule.next_after(moment) or NEVER

    def _keep(self, status: TimerStatus) -> TimerStatus:
        self._status = status
        if self._is_monitored:
            self._statuses.write(self.definition.name, status)
        return status

    async def _sleep_until(self, moment: datetime) -> None:
        while (left := (moment - self._clock.now()).total_seconds()) > 0:
            await self._clock.sleep(min(left, LONGEST_SLEEP_S))


class TimerTrigger:
    """The timers of an app."""

    kind = TIMER

    def __init__(
        self,
        timers: Sequence[tuple[FunctionDefinition, TimerFile]],
        disabled: Sequence[str],
        statuses: TimerStatuses,
        limits: TimeLimits,
        clock: Clock | None = None,
    ) -> None:
        """`disabled` are the names of functions that only run when they are called."""

        async def run(
            definition: FunctionDefinition,
            trigger: Datum,
            metadata: dict[str, Datum],
            reason: str,
        ) -> None:
            await invoke(definition, trigger, metadata, limits, reason)

        self._clock = clock or Clock()
        self._disabled = frozenset(disabled)
        self._statuses = statuses
        self._timers = {
            definition.name: Timer(definition, file, statuses, run, self._clock)
            for definition, file in timers
        }
        self._ticking: dict[asyncio.Task[None], Timer] = {}
        self._called: set[asyncio.Task[None]] = set()
        self._claiming: asyncio.Task[None] | None = None

    @property
    def is_busy(self) -> bool:
        return bool(self._called) or any(timer.is_running for timer in self._timers.values())

    def start(self) -> None:
        if self._timers.keys() - self._disabled:
            self._claiming = asyncio.create_task(self._tick())

    def stop(self) -> None:
        if self._claiming is not None:
            self._claiming.cancel()
        for task, timer in list(self._ticking.items()):
            timer.is_stopped = True
            if not timer.is_running:
                task.cancel()
        self._release_if_idle()

    def run_now(self, definition: FunctionDefinition) -> None:
        timer = self._timers[definition.name]
        task = asyncio.create_task(timer.call("called through /admin/functions"))
        self._called.add(task)
        task.add_done_callback(self._called.discard)

    async def _tick(self) -> None:
        """Start the timers as soon as no other host of this app runs them."""
        waits = 0
        while not self._statuses.claim():
            waits += 1
            if waits == WAITS_TO_REPORT:
                log.warning("the timers wait, because another process runs those of this app")
            await self._clock.sleep(CLAIM_EVERY_S)
        for name, timer in self._timers.items():
            if name not in self._disabled:
                task = asyncio.create_task(timer.tick())
                self._ticking[task] = timer
                task.add_done_callback(self._end)

    def _end(self, task: asyncio.Task[None]) -> None:
        timer = self._ticking.pop(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.critical("the timer of %s failed", timer.definition.name, exc_info=error)
        self._release_if_idle()

    def _release_if_idle(self) -> None:
        if not any(timer.is_running for timer in self._ticking.values()):
            self._statuses.release()
