"""`dev.py doctor` as a whole: its output, its exit status, and dependencies of its items."""

import asyncio
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from commands.doctor.__main__ import main
from commands.doctor.azure import NoAnswerError
from commands.doctor.checklist import DEPLOYMENT_ITEMS, ITEMS, Item, examine
from commands.doctor.examination import Examination
from commands.doctor.findings import Finding, Result, State, ok, wrong
from commands.doctor.report import exit_status, line_of
from commands.doctor.subject import Place, Request, Subject
from commands.doctor.web import Web
from local_stack.values import SECRETS
from shared.clock import SystemClock

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "operate" / "running.md").read_text()
ITEMS_TABLES = PAGE.partition("\n## Find out what is wrong\n")[2].partition("\n## ")[0]
Doctor = Callable[..., Mapping[str, Finding]]


def run_program(request: Request, *options: str) -> subprocess.CompletedProcess[str]:
    """Run the doctor like dev.py, against the local stack of a request."""
    ports = ["--port", str(request.port), "--phone-port", str(request.phone_port)]
    return subprocess.run(
        [sys.executable, "-m", "commands.doctor", *ports, "--settings", "", *options],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if name != "KEY_VAULT_URL"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def results_of(items: list[Item]) -> dict[str, Finding]:
    """Run a test's own items, without an app."""
    subject = Subject(Place.LOCAL_STACK, "http://127.0.0.1:1", {}, frozenset(), "", (1, 2), False)

    async def run() -> dict[str, Finding]:
        examination = Examination(subject, ROOT, SystemClock(), Web())
        return {result.item: result.finding async for result in examine(examination, items)}

    return asyncio.run(run())


async def fine(examination: Examination) -> Finding:
    return ok("fine")


async def broken(examination: Examination) -> Finding:
    return wrong("broken", "fix it")


async def crashing(examination: Examination) -> Finding:
    raise KeyError("a secret")


def test_a_running_local_stack_is_ok(stack_doctor: Doctor) -> None:
    found = stack_doctor()

    assert {item: finding for item, finding in found.items() if finding.state != State.OK} == {}
    assert list(found) == [item.name for item in ITEMS]


def test_the_program_prints_a_line_for_each_item(stack_request: Request) -> None:
    done = run_program(stack_request, "--local")

    heading, *lines, summary = done.stdout.splitlines()
    assert (done.returncode, done.stderr) == (0, "")
    assert heading == f"http://127.0.0.1:{stack_request.port} (python3 dev.py start)"
    assert [line.partition(":")[0] for line in lines] == [f"ok    {item.name}" for item in ITEMS]
    assert summary == f"{len(ITEMS)} ok, 0 to review, 0 wrong, 0 skipped"


@pytest.mark.soak
def test_a_closed_pipe_ends_it_without_a_traceback(stack_request: Request) -> None:
    read_end, write_end = os.pipe()
    os.close(read_end)
    ports = ["--port", str(stack_request.port), "--phone-port", str(stack_request.phone_port)]
    with os.fdopen(write_end, "w") as nobody_reads:
        done = subprocess.run(
            [sys.executable, "-m", "commands.doctor", "--local", "--settings", "", *ports],
            cwd=ROOT,
            stdout=nobody_reads,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=60,
        )

    assert (done.returncode, done.stderr) == (1, "")


@pytest.mark.soak
def test_json_output_has_an_exit_status(stack_request: Request) -> None:
    done = run_program(stack_request, "--local", "--json", "--key", "another")

    items = {item["item"]: item for item in json.loads(done.stdout)["items"]}
    assert done.returncode == 1
    assert items["function keys"]["state"] == "wrong"
    assert items["function keys"]["cure"] == "find the right one with az functionapp keys list"


@pytest.mark.soak
def test_a_stopped_local_stack_is_only_wrong_if_requested(
    stack_request: Request,
) -> None:
    nowhere = stack_request._replace(port=1, phone_port=1)
    unasked, asked = run_program(nowhere), run_program(nowhere, "--local")

    assert "skip  app: the app isn't running -> start it: python3 dev.py start" in unasked.stdout
    assert "wrong app: http://127.0.0.1:1 doesn't respond" in asked.stdout
    assert (unasked.returncode, asked.returncode) == (0, 1)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--url", "http://app.example"],
        ["--url", "https://user@app.example"],
        ["--url", "https://app.example", "--local"],
        ["--url", "https://[::1"],
        ["--url", "https://app.example:99999"],
        ["--port", "many"],
        ["--phone-port", "65536"],
    ],
)
def test_an_invalid_command_line_is_a_usage_error(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)

    assert ended.value.code == 2


def test_a_crashing_item_neither_stops_the_others_nor_shows_a_secret() -> None:
    found = results_of([Item("first", crashing), Item("second", fine)])

    assert found["first"].text == "the check itself failed (KeyError)"
    assert found["second"].state is State.OK


def test_items_that_depend_on_a_failed_one_are_skipped_with_its_name() -> None:
    needs = [Item("a", broken), Item("b", fine, ("a",)), Item("c", fine, ("b",)), Item("d", fine)]
    found = results_of(needs)

    assert found["b"] == (State.SKIPPED, "depends on: a", "")
    assert found["c"] == (State.SKIPPED, "depends on: b", "")
    assert found["d"].state is State.OK


def test_an_item_needs_only_earlier_items() -> None:
    items = [*ITEMS, *DEPLOYMENT_ITEMS]
    for number, item in enumerate(items):
        assert {*item.needs} <= {earlier.name for earlier in items[:number]}


def test_a_deployment_has_its_own_items() -> None:
    subject = Subject(
        Place.DEPLOYMENT, "https://127.0.0.1:1", {}, frozenset(), "", (1, 2), is_expected=True
    )

    async def signed_out() -> str:
        raise NoAnswerError("not signed in", "run az login")

    async def run() -> list[str]:
        examination = Examination(subject, ROOT, SystemClock(), Web(), sign_in=signed_out)
        return [result.item async for result in examine(examination)]

    assert asyncio.run(run()) == [item.name for item in (*ITEMS, *DEPLOYMENT_ITEMS)]


def test_only_a_wrong_item_sets_exit_status_1() -> None:
    others = [Result("a", Finding(state, "")) for state in State if state is not State.WRONG]

    assert exit_status(others) == 0
    assert exit_status([*others, Result("b", wrong("", ""))]) == 1


def test_no_line_shows_a_secret(doctor: Doctor) -> None:
    token = "0123456789abcdef" * 2
    found = doctor(TWILIO_AUTH_TOKEN=token, TWILIO_API_KEY_SECRET="k" * 32, key="a-key-of-mine")

    lines = "\n".join(line_of(Result(item, finding)) for item, finding in found.items())
    assert "Twilio rejects" in lines
    for secret in (token, "k" * 32, "a-key-of-mine", *SECRETS.values()):
        assert secret not in lines


def test_the_page_has_a_row_for_each_item() -> None:
    rows = re.findall(r"^\| `([^`]+)` \| .+ \| .+ \|$", ITEMS_TABLES, re.MULTILINE)

    assert rows == [item.name for item in (*ITEMS, *DEPLOYMENT_ITEMS)]
