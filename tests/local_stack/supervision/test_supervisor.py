"""The supervisor with real hosts: starts, deaths, changes and shutdown."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Coroutine, Mapping
from typing import TYPE_CHECKING, Any

import pytest

from local_stack.supervision.host_environment import HostEnvironmentError
from local_stack.supervision.supervisor import HostState

if TYPE_CHECKING:
    from tests.local_stack.conftest import AppFolder
    from tests.local_stack.supervision.conftest import Supervise, Watched

TIME_LIMIT_S = 20.0
PID = "import os\n\ndef main(req: func.HttpRequest) -> str:\n    return str(os.getpid())\n"
SLOW = """
import asyncio

async def main(req: func.HttpRequest) -> str:
    await asyncio.sleep(0.2)
    return "done"
"""


def says(text: str) -> str:
    """Return a function that responds with `text`."""
    return f"async def main(req: func.HttpRequest) -> str:\n    return {text!r}\n"


def run(trial: Coroutine[Any, Any, None]) -> None:
    """Run a trial with a time limit."""
    asyncio.run(asyncio.wait_for(trial, TIME_LIMIT_S))


async def pid_of(host: Watched) -> int:
    """Return the process id of the responding host."""
    return int((await host.get("/api/Pid"))[1])


def test_a_request_before_the_host_is_up_waits_for_it(supervise: Supervise, app: AppFolder) -> None:
    app.add("Hello", says("hello"))

    async def trial() -> None:
        async with supervise(app) as host:
            assert await host.get("/api/Hello") == (200, "hello")
            assert host.states[0] == HostState("starting", "")
            assert await host.until("running") == HostState("running", "", ("Hello",))

    run(trial())


def test_functions_that_did_not_load_are_reported(supervise: Supervise, app: AppFolder) -> None:
    app.add("Broken", "import no_such_package\n")

    async def trial() -> None:
        async with supervise(app) as host:
            running = await host.until("running")
            assert [name for name, _ in running.errors] == ["Broken"]

    run(trial())


@pytest.mark.soak
def test_a_killed_host_restarts_with_a_reason(supervise: Supervise, app: AppFolder) -> None:
    app.add("Pid", PID)

    async def trial() -> None:
        async with supervise(app) as host:
            await host.until("running")
            first = await pid_of(host)
            os.kill(first, signal.SIGKILL)
            # Sent while there is no host: it waits in the socket.
            assert await pid_of(host) != first
            again = await host.until("running", start=2)
            assert again.reason == "the host was killed by signal 9 (SIGKILL)"

    run(trial())


def test_a_host_is_killed_once_and_not_before_it_is_up(
    supervise: Supervise, app: AppFolder
) -> None:
    app.add("Pid", PID)

    async def trial() -> None:
        async with supervise(app) as host:
            await host.until("starting")
            host.kill()
            await host.until("running")
            host.kill()
            host.kill()
            again = await host.until("starting", start=2)
            host.kill()
            await host.until("running", start=3)
            assert again.reason == "the host was killed by signal 9 (SIGKILL)"
            assert [state.state for state in host.states] == ["starting", "running"] * 2

    run(trial())


async def hammer(host: Watched, answers: list[tuple[int, str]], last: str) -> None:
    """Send requests over new connections until the response is `last`."""
    while True:
        answers.append(await host.get("/api/Hello"))
        if answers[-1][1] == last:
            return


async def reload(app: AppFolder, host: Watched, text: str) -> set[tuple[int, str]]:
    """Save a function while four clients call it; return their responses until the new code."""
    answers: list[tuple[int, str]] = []
    clients = [asyncio.create_task(hammer(host, answers, text)) for _ in range(4)]
    while len(answers) < 20:
        await host.get("/api/Hello")
    app.add("Hello", says(text))
    await asyncio.gather(*clients)
    return set(answers)


def test_a_saved_function_is_served_without_refused_requests(
    supervise: Supervise, app: AppFolder
) -> None:
    app.add("Hello", says("old"))

    async def trial() -> None:
        async with supervise(app) as host:
            await host.until("running")
            answers = await reload(app, host, "new")
            assert answers == {(200, "old"), (200, "new")}
            assert "Hello/__init__.py changed" in host.states[-1].reason

    run(trial())


def test_a_request_in_flight_survives_a_change(supervise: Supervise, app: AppFolder) -> None:
    app.add("Slow", SLOW)

    async def trial() -> None:
        async with supervise(app) as host:
            await host.until("running")
            asked = asyncio.create_task(host.get("/api/Slow"))
            app.write("Slow/extra.py", "")
            await host.until("starting", start=2)
            assert await asked == (200, "done")

    run(trial())


def test_invalid_settings_are_a_503_with_the_reason_until_fixed(
    supervise: Supervise,
    app: AppFolder,
) -> None:
    app.add("Hello", says("hello"))

    def environment() -> Mapping[str, str]:
        if (app.root / "local.settings.json").read_text("utf-8") == "{":
            raise HostEnvironmentError("local.settings.json is not valid JSON")
        return os.environ

    async def trial() -> None:
        app.write("local.settings.json", "{")
        async with supervise(app, environment) as host:
            failed = await host.until("failed")
            assert failed.reason == "local.settings.json is not valid JSON"
            status, text = await host.get("/api/Hello")
            assert (status, failed.reason in text) == (503, True)
            app.write("local.settings.json", "{}")
            assert (await host.until("running")).reason == "local.settings.json changed"
            assert await host.get("/api/Hello") == (200, "hello")

    run(trial())


def test_an_invalid_app_fails_with_the_reason(supervise: Supervise, app: AppFolder) -> None:
    app.write("host.json", '{"version": "3.0"}')

    async def trial() -> None:
        async with supervise(app) as host:
            failed = await host.until("failed")
            assert failed.reason == 'host.json, line 1: "version" must be "2.0", in quotes'
            assert (await host.get("/api/Hello"))[0] == 503

    run(trial())


@pytest.mark.soak
def test_a_host_that_never_comes_up_is_a_503_until_a_file_changes(
    supervise: Supervise, app: AppFolder
) -> None:
    app.add("Hello", "import os\n\nos._exit(7)\n")

    async def trial() -> None:
        async with supervise(app) as host:
            failed = await host.until("failed")
            assert "exited with status 7" in failed.reason
            assert (await host.get("/api/Hello"))[0] == 503
            app.add("Hello", says("hello"))
            await host.until("running")
            assert await host.get("/api/Hello") == (200, "hello")

    run(trial())


def test_the_host_exits_with_the_supervisor(supervise: Supervise, app: AppFolder) -> None:
    app.add("Pid", PID)

    async def trial() -> None:
        async with supervise(app) as host:
            pid = await pid_of(host)
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)

    run(trial())


@pytest.mark.soak
def test_ten_reloads_under_load_refuse_nothing(supervise: Supervise, app: AppFolder) -> None:
    app.add("Hello", says("version 0"))

    async def trial() -> None:
        async with supervise(app) as host:
            await host.until("running")
            for number in range(1, 11):
                answers = await reload(app, host, f"version {number}")
                assert {status for status, _ in answers} == {200}

    asyncio.run(trial())


@pytest.mark.soak
def test_a_repeatedly_killed_host_restarts(supervise: Supervise, app: AppFolder) -> None:
    app.add("Pid", PID)

    async def trial() -> None:
        async with supervise(app) as host:
            for _ in range(10):
                os.kill(await pid_of(host), signal.SIGKILL)
            assert (await host.get("/api/Pid"))[0] == 200

    asyncio.run(trial())
