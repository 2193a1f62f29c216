"""The supervisor when functions are slow or block."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from local_stack.supervision import host_status, supervisor
from local_stack.supervision.supervisor import ANSWERS_AGAIN, BLOCKED, NOT_UP, HostState

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from typing import Any

    from tests.local_stack.conftest import AppFolder
    from tests.local_stack.supervision.conftest import Supervise

TIME_LIMIT_S = 20.0
WAITS_FOR_FILE = """
import os, time

def wait_for_file():
    while not os.path.exists("release"):
        time.sleep(0.01)
"""
BLOCKS = f"""{WAITS_FOR_FILE}
async def main(req: func.HttpRequest) -> str:
    wait_for_file()
    return "done"
"""
LOADS_LATE = f"""{WAITS_FOR_FILE}
wait_for_file()

def main(req: func.HttpRequest) -> str:
    return "done"
"""
SLOW = """
import asyncio, pathlib

async def main(req: func.HttpRequest) -> str:
    pathlib.Path("begun").touch()
    await asyncio.sleep(60)
    return "done"
"""


def run(trial: Coroutine[Any, Any, None]) -> None:
    """Run a trial with a time limit."""
    asyncio.run(asyncio.wait_for(trial, TIME_LIMIT_S))


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A supervisor with short time limits."""
    monkeypatch.setattr(host_status, "SILENCE_S", 0.3)
    monkeypatch.setattr(host_status, "LOOK_EVERY_S", 0.02)
    monkeypatch.setattr(supervisor, "START_PATIENCE_S", 0.3)


@pytest.mark.usefixtures("impatient")
def test_a_blocking_function_and_its_recovery_are_reported_once(
    supervise: Supervise, app: AppFolder
) -> None:
    app.add("Blocks", BLOCKS)

    async def trial() -> None:
        async with supervise(app) as host:
            await host.until("running")
            asked = asyncio.create_task(host.get("/api/Blocks"))
            assert await host.until_reason(BLOCKED) == HostState("running", BLOCKED, ("Blocks",))
            app.write("release", "")
            assert await asked == (200, "done")
            await host.until_reason(ANSWERS_AGAIN)
            assert [state.reason for state in host.states[-2:]] == [BLOCKED, ANSWERS_AGAIN]
            assert [state.reason for state in host.states].count(BLOCKED) == 1

    run(trial())


@pytest.mark.usefixtures("impatient")
def test_an_endless_import_is_reported(supervise: Supervise, app: AppFolder) -> None:
    app.add("Late", LOADS_LATE)

    async def trial() -> None:
        async with supervise(app) as host:
            assert await host.until_reason(NOT_UP) == HostState("starting", NOT_UP)
            app.write("release", "")
            assert (await host.until("running")).functions == ("Late",)

    run(trial())


@pytest.mark.soak
def test_stopping_does_not_wait_for_a_request_that_survived_a_change(
    supervise: Supervise, app: AppFolder
) -> None:
    app.add("Slow", SLOW)

    async def trial() -> None:
        loop = asyncio.get_running_loop()
        async with supervise(app) as host:
            await host.until("running")
            asked = asyncio.create_task(host.get("/api/Slow"))
            while not (app.root / "begun").exists():
                await host.get("/api/")
            app.write("Slow/extra.py", "")
            await host.until("running", start=2)
            assert not asked.done()
            began = loop.time()
        assert loop.time() - began < 10  # the request could take 15 s
        with pytest.raises(OSError, match=r"reset|closed"):
            await asked

    run(trial())
