"""Stopping a host."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.local_stack.conftest import AppFolder, RunHost

SLOW = """
import asyncio, logging

async def main(req: func.HttpRequest) -> func.HttpResponse:
    logging.info("the function has begun")
    await asyncio.sleep(float(req.params["seconds"]))
    return func.HttpResponse("done")
"""
BLOCKS = """
import logging, time

async def main(req: func.HttpRequest) -> func.HttpResponse:
    logging.info("the function has begun")
    time.sleep(60)
    return func.HttpResponse("done")
"""
EXITS_LATER = """
import asyncio, sys

async def leave():
    sys.exit(4)

async def main(req: func.HttpRequest) -> func.HttpResponse:
    asyncio.create_task(leave())
    await asyncio.sleep(60)
    return func.HttpResponse("done")
"""


def test_the_host_stops_when_its_standard_input_closes(run_host: RunHost, app: AppFolder) -> None:
    with run_host(app.root) as host:
        host.get("/")
        host.begin_stop()

        assert host.wait() == 0


def test_a_request_in_flight_is_finished(run_host: RunHost, app: AppFolder) -> None:
    app.add("Slow", SLOW)
    with run_host(app.root) as host, ThreadPoolExecutor() as threads:
        asked = threads.submit(host.get, "/api/Slow?seconds=0.3")
        host.wait_for_output("the function has begun")
        host.begin_stop()

        assert asked.result().body == b"done"
        assert host.wait() == 0


@pytest.mark.soak
def test_an_unhurried_host_finishes_a_slow_request(run_host: RunHost, app: AppFolder) -> None:
    app.add("Slow", SLOW)
    with run_host(app.root) as host, ThreadPoolExecutor() as threads:
        asked = threads.submit(host.get, "/api/Slow?seconds=2.2")
        host.wait_for_output("the function has begun")
        host.begin_finish()

        assert asked.result().body == b"done"
        assert host.wait() == 0


@pytest.mark.soak
def test_a_finishing_host_can_be_hurried(run_host: RunHost, app: AppFolder) -> None:
    app.add("Slow", SLOW)
    with run_host(app.root) as host, ThreadPoolExecutor() as threads:
        asked = threads.submit(host.get, "/api/Slow?seconds=60")
        host.wait_for_output("the function has begun")
        host.begin_finish()
        host.begin_stop()

        assert host.wait() == 0
        with pytest.raises(OSError, match=r"reset|closed"):
            asked.result()


def test_an_existing_connection_is_still_served(run_host: RunHost, app: AppFolder) -> None:
    app.add("Slow", SLOW)
    with run_host(app.root) as host, host.connect() as connection:
        connection.sendall(b"GET /api/Slow?seconds=0 HTTP/1.1\r\n")
        host.get("/")  # connections are accepted in order, so the first one is accepted by now
        host.begin_stop()
        connection.sendall(b"Host: 127.0.0.1\r\n\r\n")

        assert connection.recv(100).startswith(b"HTTP/1.1 200")


def test_an_idle_connection_does_not_delay_the_host(run_host: RunHost, app: AppFolder) -> None:
    app.add("Slow", SLOW)
    with run_host(app.root) as host, host.connect() as connection:
        connection.sendall(b"GET /api/Slow?seconds=0 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        connection.recv(1000)
        host.begin_stop()

        assert host.wait() == 0


def test_an_exit_in_a_functions_task_is_reported(run_host: RunHost, app: AppFolder) -> None:
    app.add("ExitsLater", EXITS_LATER)
    with run_host(app.root) as host:
        with pytest.raises(OSError, match=r"reset|closed"):
            host.get("/api/ExitsLater")

        assert host.wait() == 1
        host.wait_for_output("a function ended the host: sys.exit(4)")


@pytest.mark.soak
def test_a_function_that_blocks_cannot_keep_the_host_alive(
    run_host: RunHost, app: AppFolder
) -> None:
    app.add("Blocks", BLOCKS)
    with run_host(app.root) as host, ThreadPoolExecutor() as threads:
        asked = threads.submit(host.get, "/api/Blocks")
        host.wait_for_output("the function has begun")
        host.begin_stop()

        assert host.wait() == 1
        with pytest.raises(OSError, match=r"reset|closed"):
            asked.result()


@pytest.mark.soak
def test_a_request_that_takes_too_long_is_abandoned(run_host: RunHost, app: AppFolder) -> None:
    app.add("Slow", SLOW)
    with run_host(app.root) as host, ThreadPoolExecutor() as threads:
        asked = threads.submit(host.get, "/api/Slow?seconds=60")
        host.wait_for_output("the function has begun")
        host.begin_stop()

        assert host.wait() == 0
        with pytest.raises(OSError, match=r"reset|closed"):
            asked.result()
