"""Timer functions in a running host."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from local_stack.values import FUNCTION_KEY

if TYPE_CHECKING:
    from pathlib import Path

    from tests.local_stack.conftest import AppFolder, RunHost, RunningHost

NEVER = "0 0 0 30 2 *"
CODE = """
import logging
import azure.functions as func

def main(timer: func.TimerRequest) -> None:
    logging.info("saw %s, %s, %s", timer.past_due, timer.schedule_status, timer.schedule)
"""


def add_timer(app: AppFolder, name: str, code: str = CODE, **entry: object) -> None:
    binding = {"type": "timerTrigger", "direction": "in", "name": "timer", **entry}
    app.write(f"{name}/function.json", json.dumps({"bindings": [binding]}))
    app.write(f"{name}/__init__.py", code)


def call(host: RunningHost, name: str) -> int:
    headers = [("x-functions-key", FUNCTION_KEY), ("Content-Type", "application/json")]
    return host.ask("POST", f"/admin/functions/{name}", headers, b'{"input": "ignored"}').status


def test_a_timer_runs_by_itself_and_when_it_is_called(
    app: AppFolder, run_host: RunHost, tmp_path: Path
) -> None:
    add_timer(app, "Often", schedule="* * * * * *")
    add_timer(app, "Rare", schedule=NEVER)
    with run_host(app.root, {"TMPDIR": str(tmp_path)}) as host:
        host.wait_for_output("Executed Often (Succeeded")
        host.wait_for_output("saw False, {}, {'AdjustForDST': True}")

        assert call(host, "rare") == 202
        host.wait_for_output("Executed Rare (Succeeded")
        output = host.wait_for_output("'Next': '9999-12-31")
    assert "unknown key" not in output


def test_a_failure_leaves_the_schedule_alone(
    app: AppFolder, run_host: RunHost, tmp_path: Path
) -> None:
    add_timer(
        app,
        "Fails",
        "count = 0\n"
        "def main(timer):\n"
        "    global count\n"
        "    count += 1\n"
        "    assert count > 1, 'the first run fails'\n",
        schedule="* * * * * *",
    )
    with run_host(app.root, {"TMPDIR": str(tmp_path)}) as host:
        output = host.wait_for_output("Executed Fails (Succeeded")

    assert "Executed Fails (Failed" in output
    assert "the first run fails" in output


def test_a_disabled_timer_only_runs_when_it_is_called(
    app: AppFolder, run_host: RunHost, tmp_path: Path
) -> None:
    add_timer(app, "Off", schedule=NEVER, runOnStartup=True)
    add_timer(app, "On", schedule=NEVER, runOnStartup=True)
    settings = {"TMPDIR": str(tmp_path), "AzureWebJobs_Off_Disabled": "true"}
    with run_host(app.root, settings) as host:
        assert "Off" not in host.wait_for_output("Executed On (Succeeded")

        assert call(host, "Off") == 202
        host.wait_for_output("Executed Off (Succeeded")


def test_a_wrong_schedule_takes_only_its_function(
    app: AppFolder, run_host: RunHost, tmp_path: Path
) -> None:
    add_timer(app, "Endless", schedule="00:00:00")
    add_timer(app, "Unset", schedule="%NO_SUCH_SETTING%")
    add_timer(app, "Fine", schedule=NEVER, runOnStartup=True)
    with run_host(app.root, {"TMPDIR": str(tmp_path)}) as host:
        output = host.wait_for_output("Executed Fine (Succeeded")

    assert "Endless is in error" in output
    assert "Unset is in error" in output
    assert "NO_SUCH_SETTING" in output


def test_an_http_function_is_not_called_through_admin(app: AppFolder, run_host: RunHost) -> None:
    app.add("Web", "def main(req):\n    print('ran')\n    return 'x'")
    with run_host(app.root) as host:
        assert call(host, "Web") == 202
        assert call(host, "Missing") == 404
        host.wait_for_output("Web doesn't run")


def test_a_timer_over_the_time_limit_ends_the_host(
    app: AppFolder, run_host: RunHost, tmp_path: Path
) -> None:
    app.write("host.json", '{"version": "2.0", "functionTimeout": "00:00:01"}')
    add_timer(
        app,
        "Slow",
        "import time\ndef main(timer):\n    time.sleep(60)\n",
        schedule=NEVER,
        runOnStartup=True,
    )
    with run_host(app.root, {"TMPDIR": str(tmp_path)}) as host:
        assert host.wait() == 70
        host.wait_for_output("Slow ran longer than functionTimeout")


def test_a_host_that_stops_finishes_the_run_and_starts_no_more(
    app: AppFolder, run_host: RunHost, tmp_path: Path
) -> None:
    add_timer(
        app,
        "Slow",
        "import asyncio\nasync def main(timer):\n    await asyncio.sleep(2)\n",
        schedule="* * * * * *",
        runOnStartup=True,
    )
    with run_host(app.root, {"TMPDIR": str(tmp_path)}) as host:
        host.wait_for_output("Executing Slow")
        host.begin_finish()

        assert host.wait() == 0
        output = host.wait_for_output("Executed Slow (Succeeded")
    assert output.count("Executing Slow") == 1


def test_a_new_host_waits_for_the_runs_of_the_one_that_it_replaces(
    app: AppFolder, run_host: RunHost, tmp_path: Path
) -> None:
    record = tmp_path / "record.txt"
    add_timer(
        app,
        "Slow",
        "import asyncio, pathlib\n"
        "async def main(timer):\n"
        f"    with pathlib.Path({str(record)!r}).open('a') as file:\n"
        "        print('begin', file=file, flush=True)\n"
        "        await asyncio.sleep(2)\n"
        "        print('end', file=file, flush=True)\n",
        schedule=NEVER,
        runOnStartup=True,
    )
    settings = {"TMPDIR": str(tmp_path)}
    with run_host(app.root, settings) as old:
        old.wait_for_output("Executing Slow")
        with run_host(app.root, settings) as new:
            new.get("/")
            old.begin_finish()
            new.wait_for_output("Executed Slow (Succeeded")

    assert record.read_text().split() == ["begin", "end", "begin", "end"]
