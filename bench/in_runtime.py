"""Benchmark answers inside Microsoft's runtime: `python bench/in_runtime.py [ROUNDS]`.

Calls the app's functions and functions to compare with in one process, without HTTP, in rounds of
alternating order (31 by default). Prints:

- calls per second of TwimlHello, compared with an async function that does nothing
- CPU time of responses to a signed webhook with 26 fields, compared with a function in the style of
  Microsoft's how-to. The app has no storage here, so OnCallStatus logs the report and doesn't
  store it; log output is off.
- the same for two webhooks with an invalid signature: that one, and one of the maximum size
- the time to import all functions and their imports after `azure.functions`, compared with the
  time to import `azure.functions`, both in a fresh process per round

Run it with the Python of .venv. `--project DIR` measures the app of another checkout.
"""

import asyncio
import contextlib
import logging
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.how_to_app import (
    FORM,
    LINE,
    NO_STORAGE,
    NO_VAULT,
    Stopwatch,
    add_how_to,
    copy_app,
    in_turn,
    ratio,
    read_options,
    signature_headers,
    temporary_folder,
)
from local_stack.host.app.application import Application, load_application
from local_stack.host.triggers.http import FunctionRequest, invoke
from local_stack.host.worker.functions import start_runtime

CALLS = 200
WARM_UP = 1
PUBLIC_URL = "https://app.example.com"
SETTINGS = {
    **NO_VAULT,
    **NO_STORAGE,
    "AzureWebJobsStorage": "",
    "LOCAL_STACK_URL": "",
    "PUBLIC_URL": PUBLIC_URL,
    "TWILIO_FROM_NUMBER": LINE,
}
PLAIN = ("empty", "TwimlHello")
SIGNED = {
    "signed": "",
    "TwimlMessage": "?" + urlencode({"Message": "Hello World"}),
    "TwimlMenu": "?" + urlencode({"Message": "Press 1", "Options[1]": "https://example.com/1"}),
    "OnCallStatus": "",
}
FORGED = ("forged", "forged, large")
# Runs in its own process, because a module is imported only once.
LOADING = """
import os, sys, time
sys.path[0] = os.getcwd()
marks = [(time.perf_counter(), time.process_time())]
import azure.functions
marks.append((time.perf_counter(), time.process_time()))
for name in sys.argv[1:]:
    __import__(name)
marks.append((time.perf_counter(), time.process_time()))
print(*(after - before for old, new in zip(marks, marks[1:]) for before, after in zip(old, new)))
"""

Figures = dict[str, list[tuple[float, float]]]
"""By function and round: wall-clock and CPU seconds per call."""


def plain_request(name: str) -> FunctionRequest:
    """Return a GET without a signature."""
    return FunctionRequest("GET", f"{PUBLIC_URL}/api/{name}", {}, {}, {}, b"")


def signed_request(name: str, query: str) -> FunctionRequest:
    """Return a signed webhook from Twilio."""
    url = f"{PUBLIC_URL}/api/{name}{query}"
    parameters = dict(parse_qsl(urlsplit(url).query))
    body = urlencode(FORM).encode()
    return FunctionRequest("POST", url, signature_headers(url), parameters, {}, body)


def forged_requests() -> dict[str, FunctionRequest]:
    """Return webhooks with an invalid signature: a typical one and a large one.

    The app logs details of the first few per minute, which takes longer; the warm-up absorbs those.
    """
    usual = replace(signed_request("TwimlMessage", ""), headers=signature_headers(PUBLIC_URL))
    url, body = f"{usual.url}?Message=".ljust(8_000, "a"), b"Body=" + b"%41" * 13_330
    return dict(zip(FORGED, (usual, replace(usual, url=url, body=body)), strict=True))


async def call_all(
    application: Application, requests: Mapping[str, FunctionRequest], rounds: int
) -> Figures:
    """Call each function CALLS times per round; the warm-up rounds don't count."""
    figures: Figures = {name: [] for name in requests}
    loaded = {name: one.definition for name, one in application.functions.items()}
    functions = {name: definition for name, definition in loaded.items() if definition}
    functions |= dict.fromkeys(FORGED, functions["TwimlMessage"])
    for name, request in requests.items():
        answer = await invoke(functions[name], request)
        if answer.status not in ((403,) if name in FORGED else (200, 204)):
            raise RuntimeError(f"{name} answered {answer.status}: {answer.body!r}")
    for number in range(rounds + WARM_UP):
        for name in in_turn(list(requests), number):
            definition, request = functions[name], requests[name]
            watch = Stopwatch(time.process_time)
            for _ in range(CALLS):
                await invoke(definition, request)
            took, used = watch.read()
            figures[name].append((took / CALLS, used / CALLS))
    return {name: rows[WARM_UP:] for name, rows in figures.items()}


def measure_calls(app: Path, rounds: int) -> Figures:
    """Load the app into this process, as a worker does, and call its functions."""
    os.environ.update(SETTINGS)
    sys.path.insert(0, str(app))
    logging.disable(logging.CRITICAL)
    with contextlib.chdir(app):
        start_runtime()
        application = load_application(app, os.environ)
        if application.failures:
            raise RuntimeError(f"functions did not load: {application.failures}")
        requests = {name: plain_request(name) for name in PLAIN}
        requests |= {name: signed_request(name, query) for name, query in SIGNED.items()}
        requests |= forged_requests()
        return asyncio.run(call_all(application, requests, rounds))


def measure_loading(app: Path, functions: list[str], rounds: int) -> list[list[float]]:
    """Return, for each round, wall-clock and CPU time of the SDK, then of the functions."""
    rows: list[list[float]] = []
    for _ in range(rounds + WARM_UP):
        command = [sys.executable, "-c", LOADING, *functions]
        done = subprocess.run(command, cwd=app, check=True, capture_output=True, text=True)  # noqa: S603 - our own program, no shell
        rows.append([float(figure) for figure in done.stdout.split()])
    return rows[WARM_UP:]


def print_calls(figures: Figures) -> None:
    """Print a line for each function, and the ratios."""
    wall = {name: [took for took, _ in rows] for name, rows in figures.items()}
    cpu = {name: [used for _, used in rows] for name, rows in figures.items()}
    print(f"{'':16}{'calls/s':>10}{'vs empty':>10}{'CPU us':>10}{'vs signed':>10}")
    for name in figures:
        calls, used = 1 / statistics.median(wall[name]), statistics.median(cpu[name]) * 1e6
        row = f"{calls:10.0f}{ratio(wall['empty'], wall[name]):10.2f}{used:10.1f}"
        against = f"{ratio(cpu[name], cpu['signed']):10.2f}" if name not in PLAIN else ""
        print(f"{name:16}{row}{against}")


def print_loading(rows: list[list[float]]) -> None:
    """Print import times of the SDK, and of all functions on top of it."""
    columns = list(zip(*rows, strict=True))
    print(f"{'':16}{'SDK ms':>10}{'all ms':>10}{'ratio':>10}")
    for name, sdk, functions in (("load, time", 0, 2), ("load, CPU", 1, 3)):
        middle = [statistics.median(columns[index]) * 1000 for index in (sdk, functions)]
        compared = ratio(columns[functions], columns[sdk])
        print(f"{name:16}{middle[0]:10.1f}{middle[1]:10.1f}{compared:10.2f}")


def main() -> int:
    """Print the tables; return the exit status."""
    options = read_options(__doc__ or "", rounds=31)
    with temporary_folder() as app:
        functions = copy_app(options.project, app)
        loading = measure_loading(app, functions, options.rounds)
        add_how_to(options.project, app, "empty", "signed")
        print_calls(measure_calls(app, options.rounds))
    print_loading(loading)
    return 0


if __name__ == "__main__":
    sys.exit(main())
