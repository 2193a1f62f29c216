"""Benchmark a cold start: `python bench/cold.py [ROUNDS]`.

Starts a Functions host for each figure, kills it, and measures from the start of the process to
its first response, in rounds of alternating order (9 by default). Compares the app with functions
in the style of Microsoft's how-to, each alone in its app, which read the same vault with the same
identity. Prints milliseconds to the first response and for the second, the host's CPU time up to
the first, and how the first ones compare.

Run it with the Python of .venv, on Linux. `--project DIR` measures the app of another checkout.
"""

import statistics
import sys
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

import requests

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.how_to_app import (
    FORM,
    FUNCTION_KEY,
    HANDSETS,
    Stopwatch,
    add_how_to,
    copy_app,
    in_turn,
    ratio,
    read_options,
    running_host,
    running_stack,
    signature_headers,
    temporary_folder,
)
from bench.ledger import processor_time_s

WARM_UP = 1
TIMEOUT_S = 30
TEXT = {"to": HANDSETS[0], "body": "Hello"}


class Case(NamedTuple):
    """A first request: the app, its function, and the kind of request."""

    name: str
    app: str
    function: str
    kind: str


EMPTY = Case("empty", "empty", "empty", "get")
HELLO = Case("TwimlHello", "app", "TwimlHello", "get")
SIGNED = Case("TwimlVoicemail", "app", "TwimlVoicemail", "signed")
SIGNED_HOW_TO = Case("signed (how-to)", "signed", "signed", "signed")
SEND = Case("SendSms", "app", "SendSms", "text")
SEND_HOW_TO = Case("send (how-to)", "send", "send", "text")
CASES = (EMPTY, HELLO, SIGNED, SIGNED_HOW_TO, SEND, SEND_HOW_TO)


class Start(NamedTuple):
    """Seconds to the first response, CPU seconds until then, and seconds for the second."""

    first_s: float
    used_s: float
    second_s: float


def ask(http: requests.Session, host_url: str, case: Case) -> None:
    """Make a case's request; raise RuntimeError if it fails."""
    url = f"{host_url}/api/{case.function}"
    if case.kind == "signed":
        headers = signature_headers(url)
        answer = http.post(url, data=urlencode(FORM), headers=headers, timeout=TIMEOUT_S)
    elif case.kind == "text":
        headers = {"x-functions-key": FUNCTION_KEY}
        answer = http.post(url, json=TEXT, headers=headers, timeout=TIMEOUT_S)
    else:
        answer = http.get(url, timeout=TIMEOUT_S)
    if answer.status_code not in (200, 201):
        raise RuntimeError(f"{case.name}: {answer.status_code} {answer.text}")


def cold_start(root: Path, emulator_url: str, case: Case) -> Start:
    """Start a host and ask it twice."""
    with requests.Session() as http:
        http.trust_env = False
        watch = Stopwatch(lambda: 0.0)
        with running_host(root, emulator_url) as host:
            ask(http, host.url, case)
            first_s, _ = watch.read()
            used_s = processor_time_s(host.pid)
            again = Stopwatch(lambda: 0.0)
            ask(http, host.url, case)
            return Start(first_s, used_s, again.read()[0])


def make_apps(project: Path, folder: Path) -> dict[str, Path]:
    """Create the app and the single-function apps; return their folders."""
    copy_app(project, folder / "app")
    alone = {name: add_how_to(project, folder / name, name) for name in ("empty", "signed", "send")}
    return {"app": folder / "app", **alone}


def measure(apps: dict[str, Path], rounds: int) -> dict[Case, list[Start]]:
    """Start hosts in all cases; the warm-up rounds compile the modules and don't count."""
    figures: dict[Case, list[Start]] = {case: [] for case in CASES}
    with running_stack(apps["empty"]) as stack:
        for number in range(rounds + WARM_UP):
            for case in in_turn(CASES, number):
                figures[case].append(cold_start(apps[case.app], stack.emulator_url, case))
    return {case: rows[WARM_UP:] for case, rows in figures.items()}


def main() -> int:
    """Print the tables; return the exit status."""
    options = read_options(__doc__ or "", rounds=9)
    with temporary_folder() as folder:
        figures = measure(make_apps(options.project, folder), options.rounds)
    print(f"{'':18}{'first ms':>10}{'CPU ms':>10}{'second ms':>10}")
    for case, rows in figures.items():
        middle = [statistics.median(column) * 1000 for column in zip(*rows, strict=True)]
        print(f"{case.name:18}{middle[0]:10.0f}{middle[1]:10.0f}{middle[2]:10.1f}")
    print(f"{'':34}{'first':>8}{'CPU':>8}")
    pairs = ((SIGNED, SIGNED_HOW_TO), (SEND, SEND_HOW_TO), *((case, EMPTY) for case in CASES[1:5]))
    for one, other in pairs:
        firsts, costs = (
            ratio([row[index] for row in figures[one]], [row[index] for row in figures[other]])
            for index in (0, 1)
        )
        print(f"{f'{one.name} / {other.name}':34}{firsts:8.2f}{costs:8.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
