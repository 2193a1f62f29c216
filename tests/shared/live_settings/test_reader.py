"""When the row of live settings is read, and what applies while it can't be."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.config.guard_settings import GuardSettings
from shared.config.settings import Settings
from shared.errors import ConfigurationError, LedgerError
from shared.ledger.memory import MemoryLedger
from shared.ledger.rows import Ledger, Row, Value
from shared.live_settings.reader import BY_ROW, BY_SETTING, LIFETIME_S, LiveSettingsReader
from shared.live_settings.row import KIND, NAME
from tests.shared.conftest import ManualClock


class Storage(MemoryLedger):
    """A ledger that counts reads; it can be down, or hang until `gate` is set."""

    def __init__(self) -> None:
        super().__init__()
        self.reads = 0
        self.is_down = False
        self.gate: asyncio.Event | None = None

    async def read(self, kind: str, name: str) -> Row | None:
        self.reads += 1
        if self.gate is not None:
            await self.gate.wait()
        if self.is_down:
            raise LedgerError("The storage is down.")
        return await super().read(kind, name)

    async def write(self, **values: Value) -> None:
        """Store the row of live settings."""
        known = await super().read(KIND, NAME)
        if known is not None:
            await self.delete(known)
        await self.insert(Row(KIND, NAME, values))


class Trial:
    """A reader with its storage and its clock."""

    def __init__(self, guards: GuardSettings | None = None) -> None:
        self.storage = Storage()
        self.clock = ManualClock()
        self.reader = LiveSettingsReader(
            lambda: self.storage,
            self.clock,
            Settings(guards=guards or GuardSettings()),
            patience_s=0.01,
        )

    async def is_stopped(self) -> bool:
        return bool(await self.reader.stop_name())

    async def stop(self) -> None:
        await self.storage.write(stopped="true")

    async def resume(self) -> None:
        await self.storage.write(stopped="false")


def run(use: Callable[[Trial], Awaitable[None]], guards: GuardSettings | None = None) -> Trial:
    """Run something with a new trial; return the trial."""
    trial = Trial(guards)

    async def main() -> None:
        await use(trial)

    asyncio.run(main())
    return trial


def test_the_row_stops_and_resumes_within_15_seconds() -> None:
    async def use(trial: Trial) -> None:
        assert not await trial.is_stopped()
        await trial.stop()
        trial.clock.advance(LIFETIME_S)
        assert (await trial.reader.in_force()).stop == BY_ROW
        await trial.resume()
        trial.clock.advance(LIFETIME_S)
        assert not await trial.is_stopped()

    run(use)


def test_the_row_is_read_once_in_15_seconds() -> None:
    async def use(trial: Trial) -> None:
        for _ in range(3):
            await trial.is_stopped()
        trial.clock.advance(LIFETIME_S - 0.1)
        await trial.is_stopped()
        assert trial.storage.reads == 1
        trial.clock.advance(0.1)
        await trial.is_stopped()
        assert trial.storage.reads == 2

    run(use)


def test_the_setting_stops_without_a_read() -> None:
    async def use(trial: Trial) -> None:
        await trial.resume()
        assert (await trial.reader.in_force()).stop == BY_SETTING

    assert run(use, GuardSettings(kill_switch=True)).storage.reads == 0


@pytest.mark.parametrize("is_stopped", [True, False])
def test_without_storage_the_last_row_read_applies(is_stopped: bool) -> None:
    async def use(trial: Trial) -> None:
        await trial.storage.write(stopped=str(is_stopped).lower(), daily_call_limit=5)
        await trial.is_stopped()
        trial.storage.is_down = True
        for _ in range(3):
            trial.clock.advance(LIFETIME_S)
            assert await trial.is_stopped() is is_stopped
        assert (await trial.reader.in_force()).guards.daily_calls == 5

    run(use)


def test_before_any_read_the_settings_apply() -> None:
    async def use(trial: Trial) -> None:
        await trial.stop()
        trial.storage.is_down = True
        in_force = await trial.reader.in_force()
        assert (in_force.stop, in_force.guards) == (None, GuardSettings(daily_calls=3))

    run(use, GuardSettings(daily_calls=3))


def test_a_deleted_row_leaves_the_settings() -> None:
    async def use(trial: Trial) -> None:
        await trial.stop()
        await trial.is_stopped()
        row = await trial.storage.read(KIND, NAME)
        assert row is not None
        await trial.storage.delete(row)
        trial.clock.advance(LIFETIME_S)
        assert not await trial.is_stopped()

    run(use)


def test_concurrent_requests_share_a_read() -> None:
    async def use(trial: Trial) -> None:
        await trial.stop()
        answers = await asyncio.gather(*(trial.is_stopped() for _ in range(50)))
        assert answers == [True] * 50
        assert trial.storage.reads == 1

    run(use)


def test_a_slow_read_is_waited_for() -> None:
    async def use(trial: Trial) -> None:
        await trial.stop()
        trial.reader = LiveSettingsReader(lambda: trial.storage, trial.clock, Settings())
        trial.storage.gate = gate = asyncio.Event()
        asyncio.get_running_loop().call_later(0.01, gate.set)
        assert await trial.is_stopped()

    run(use)


def test_a_dead_storage_is_asked_once_in_15_seconds() -> None:
    async def use(trial: Trial) -> None:
        trial.storage.is_down = True
        for _ in range(30):
            await trial.is_stopped()
            trial.clock.advance(1)

    assert run(use).storage.reads == 2


def test_a_read_that_hangs_is_waited_for_once_and_counts_in_the_end() -> None:
    async def use(trial: Trial) -> None:
        trial.storage.gate = asyncio.Event()
        await trial.stop()
        assert not await trial.is_stopped()  # after the patience of 0.01 s
        ends_at = asyncio.get_running_loop().time() + 5
        waiting = asyncio.create_task(trial.is_stopped())
        await asyncio.wait_for(waiting, 5)
        trial.clock.advance(LIFETIME_S)
        assert not await trial.is_stopped()  # the same read, without waiting
        assert trial.storage.reads == 1
        trial.storage.gate.set()
        while not await trial.is_stopped():
            assert asyncio.get_running_loop().time() < ends_at
            await asyncio.sleep(0)

    run(use)


def test_a_cancelled_request_does_not_cancel_the_read_of_others() -> None:
    async def use(trial: Trial) -> None:
        await trial.stop()
        trial.reader = LiveSettingsReader(lambda: trial.storage, trial.clock, Settings())
        trial.storage.gate = asyncio.Event()
        first, second = (asyncio.create_task(trial.is_stopped()) for _ in range(2))
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.sleep(0)
        trial.storage.gate.set()
        assert await second
        assert first.cancelled()

    run(use)


def test_an_outage_is_one_line_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    async def use(trial: Trial) -> None:
        for is_down in (True, True, False, True):
            trial.storage.is_down = is_down
            await trial.is_stopped()
            trial.clock.advance(LIFETIME_S)

    run(use)
    lines = [record.getMessage() for record in caplog.records]
    assert lines == ["Could not read the live settings: The storage is down."] * 2


def test_an_invalid_limit_is_ignored_with_one_line_that_names_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def use(trial: Trial) -> None:
        await trial.storage.write(daily_call_limit="many", recipient_limit=3)
        for _ in range(3):
            guards = (await trial.reader.in_force()).guards
            assert (guards.daily_calls, guards.recipient_limit) == (9, 3)
            trial.clock.advance(LIFETIME_S)

    run(use, GuardSettings(daily_calls=9))
    [line] = [record.getMessage() for record in caplog.records]
    assert "DAILY_CALL_LIMIT must be a whole number" in line
    assert "many" not in line


def test_a_change_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)

    async def use(trial: Trial) -> None:
        await trial.stop()
        for _ in range(3):
            await trial.is_stopped()
            trial.clock.advance(LIFETIME_S)

    run(use)
    assert len(caplog.records) == 1


def test_an_app_without_storage_has_only_its_settings(caplog: pytest.LogCaptureFixture) -> None:
    def missing() -> Ledger:
        raise ConfigurationError("Missing settings: AzureWebJobsStorage")

    async def use() -> None:
        reader = LiveSettingsReader(missing, ManualClock(), Settings())
        in_force, error = await reader.examined()
        assert in_force.stop is None
        assert isinstance(error, ConfigurationError)

    asyncio.run(use())
    assert caplog.records == []


def test_an_examination_reads_the_row_now() -> None:
    async def use(trial: Trial) -> None:
        await trial.is_stopped()
        await trial.stop()
        in_force, error = await trial.reader.examined()
        assert (in_force.stop, error) == (BY_ROW, None)
        assert await trial.is_stopped()

    assert run(use).storage.reads == 2


STEPS = st.lists(
    st.one_of(
        st.sampled_from(["stop", "resume", "break", "repair", "ask"]),
        st.sampled_from([1.0, 7.5, 14.0, 15.0, 60.0]),
    ),
    max_size=40,
)


@given(steps=STEPS)
def test_each_answer_is_the_row_of_at_most_15_seconds_ago(steps: list[str | float]) -> None:
    """Or, if the storage was down in the meantime, an answer that was given before."""

    async def use(trial: Trial) -> None:
        was: list[tuple[float, bool]] = [(trial.clock.monotonic(), False)]
        down_until, is_down, last = float("-inf"), False, False
        for step in steps:
            now = trial.clock.monotonic()
            if step in ("stop", "resume"):
                await trial.storage.write(stopped=str(step == "stop").lower())
                was.append((now, step == "stop"))
            elif step in ("break", "repair"):
                is_down = trial.storage.is_down = step == "break"
            elif isinstance(step, float):
                trial.clock.advance(step)
            else:
                answer = await trial.is_stopped()
                ended = [at for at, _ in was[1:]] + [float("inf")]
                recent = {
                    value
                    for (_, value), until in zip(was, ended, strict=True)
                    if until >= now - LIFETIME_S
                }
                is_uncertain = is_down or now - down_until <= LIFETIME_S
                assert answer in (recent | {last} if is_uncertain else recent)
                last = answer
            if is_down:
                down_until = trial.clock.monotonic()

    run(use)
