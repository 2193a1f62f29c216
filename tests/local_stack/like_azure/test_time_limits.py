"""functionTimeout of host.json, and functions that end the process."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from local_stack.host.worker.time_limits import DEBUGGER, GRACE_S, TimeLimits
from tests.local_stack.like_azure.code import WAITS

if TYPE_CHECKING:
    from tests.local_stack.conftest import AppFolder, RunHost

DIES = """
import logging, os, pathlib, time

def main(req: func.HttpRequest) -> str:
    if "waits" in req.params:
        logging.info("waiting")
        time.sleep(60)
    os._exit(3)
"""


class Watch:
    """Time limits with a clock that a test turns."""

    def __init__(self, limit_s: float | None) -> None:
        self.now = 100.0
        self.reported: list[str] = []
        self.ended: list[str] = []
        self.limits = TimeLimits(
            limit_s, self.reported.append, self.ended.append, clock=lambda: self.now
        )

    def after(self, seconds: float) -> tuple[list[str], list[str]]:
        """Return which functions were reported, and which ended the worker, after some time."""
        self.now += seconds
        self.limits.check()
        return self.reported, self.ended


def test_a_function_over_its_time_limit_is_reported_and_then_ends_the_worker() -> None:
    watch = Watch(5)
    with watch.limits.watch("Slow"):
        assert watch.after(4.9) == ([], [])
        assert watch.after(0.1) == (["Slow"], [])
        assert watch.after(GRACE_S - 0.1) == (["Slow"], [])
        assert watch.after(0.2) == (["Slow"], ["Slow"])


def test_a_function_that_ends_in_time_is_forgotten() -> None:
    watch = Watch(5)
    with watch.limits.watch("Slow"), watch.limits.watch("Fast"):
        watch.after(4)
    with pytest.raises(KeyError), watch.limits.watch("Fails"):
        raise KeyError

    assert watch.after(100) == ([], [])


def test_each_call_has_a_time_of_its_own() -> None:
    watch = Watch(5)
    with watch.limits.watch("First"):
        watch.after(3)
        with watch.limits.watch("Second"):
            assert watch.after(3) == (["First"], [])
            assert watch.after(2) == (["First", "Second"], ["First"])


def test_without_a_limit_nothing_is_reported() -> None:
    watch = Watch(None)
    with watch.limits.watch("Slow"):
        assert watch.after(10_000_000) == ([], [])


def test_a_debugged_function_may_stand_still(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, DEBUGGER, sys)
    watch = Watch(5)
    with watch.limits.watch("Stopped"):
        assert watch.after(1000) == ([], [])


def test_os_exit_answers_everything_in_flight(run_host: RunHost, app: AppFolder) -> None:
    app.add("Dies", DIES)
    with run_host(app.root) as host, ThreadPoolExecutor() as threads:
        waiting = threads.submit(host.get, "/api/Dies?waits=1")
        host.wait_for_output("waiting")
        answer = host.get("/api/Dies")

        assert (answer.status, answer.body) == (500, b"")
        assert waiting.result().status == 500
        assert host.wait() == 3
        host.wait_for_output("a function called os._exit(3)")


def test_a_function_over_its_time_limit_is_a_500(run_host: RunHost, app: AppFolder) -> None:
    app.write("host.json", '{"version": "2.0", "functionTimeout": "00:00:01"}')
    app.add("Waits", WAITS)
    with run_host(app.root) as host:
        answer = host.get("/api/Waits")

        assert (answer.status, answer.body) == (500, b"")
        assert host.wait() != 0
        host.wait_for_output("Waits ran longer than functionTimeout")
