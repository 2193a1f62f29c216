"""Every command in the docs is run by a test, or marked with what it needs.

A fenced block of shell commands may have a mark, in its first line or in a comment before it:
`<!-- needs Azure -->` or `<!-- needs Twilio -->`. Otherwise each of its commands is run by a test
in RUN_ELSEWHERE, or here on a local stack.
"""

import argparse
import ast
import io
import json
import re
import shlex
from contextlib import redirect_stdout
from fnmatch import fnmatch
from typing import Any, cast

import pytest
import requests

from deskphone.values import PHONE_PORT
from local_stack import sign
from local_stack.testing import FORM, LocalStack
from local_stack.values import FUNCTIONS_PORT
from tests.docs.pages import PAGES, ROOT, blocks

DEV_TESTS = "tests/project/test_dev.py"
RUN_ELSEWHERE = [
    ("*", r"python3 dev\.py (start|test|check|sign|lock|screenshot)\b", f"{DEV_TESTS}::test_a_"
     "command_installs_its_packages_and_runs_its_program"),
    ("*", r"python3 dev\.py new TwimlOpeningHours", "tests/commands/test_new.py::test_a_new_answer_"
     "has_a_folder_a_module_and_a_test"),
    ("docs/operate/guards.md", r"python3 dev\.py (stop|resume)-sending$",
     "tests/commands/sending/test_sending.py::test_sending_is_stopped_and_resumed_by_the_command_"
     "that_is_printed"),
    ("*", r"python3 dev\.py doctor --local", "tests/commands/doctor/test_doctor.py::test_the_"
     "program_prints_a_line_for_each_item"),
    ("docs/use/delivery.md", "curl .*order-1234-shipped", "tests/docs/test_delivery_page.py"
     "::test_a_repeated_command_gets_the_pages_answer"),
    ("docs/use/delivery.md", "curl .*(faults|parcel)", "tests/docs/test_delivery_page.py"
     "::test_the_local_experiment_works"),
    ("docs/use/delivery.md", r"\.venv/bin/python docs/use/send_once\.py", "tests/docs/test_delivery"
     "_page.py::test_the_script_sends_once_even_if_run_again"),
    ("docs/operate/running.md", r"LOCAL_STACK_URL=\S+ python3 dev\.py wire ",
     "tests/commands/wire/test_wire.py::test_the_commands_on_the_page_about_fallbacks_work"),
    ("docs/begin/browser-calls.md", r"LOCAL_STACK_URL=\S+ python3 dev\.py wire ",
     "tests/commands/wire/test_application.py::test_the_command_on_the_page_opens_a_queue"),
    ("docs/use/bring-your-own.md", r"(pip install \./deskphone|python3 -m venv)",
     "tests/project/test_deskphone_package_soak.py::test_an_http_client_drives_a_call"),
    ("docs/use/bring-your-own.md", r"deskphone (run|call|text)\b",
     "tests/docs/test_frameworks_soak.py::test_app_of_the_page_answers_a_call_and_a_text"),
    ("docs/use/bring-your-own.md", "deskphone$", "tests/docs/test_bring_your_own_page.py"
     "::test_python_snippet_sends_a_text"),
    ("docs/use/configuration.md", "python3 -c ", "tests/docs/test_configuration_page.py"
     "::test_the_generated_key_of_the_page_is_long_enough"),
]  # fmt: skip
HERE = "curl .*127\\.0\\.0\\.1|cp "


def runner_of(page: str, command: str) -> str:
    """Return the test that runs a command: `here` for those in this file, "" if there isn't one."""
    for pattern, start, test in RUN_ELSEWHERE:
        if fnmatch(page, pattern) and re.match(start, command):
            return test
    return "here" if re.match(HERE, command) else ""


UNMARKED = [
    (page, command)
    for page, text in PAGES.items()
    for block in blocks(text)
    if not block.is_marked
    for command in block.commands
]


def signed(command: str) -> str:
    """Return the command with the output of its `dev.py sign` in place."""
    inner = re.search(r"\$\(python3 dev\.py sign ([^)]*)\)", command)
    output = io.StringIO()
    if inner is None:
        return command
    with redirect_stdout(output):
        assert sign.main(shlex.split(inner[1])) == 0
    return command.replace(inner[0], output.getvalue().strip())


def request(stack: LocalStack, command: str) -> requests.Response:
    """Send the request of a curl command, at the ports of a running stack."""
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("-i", action="store_true")
    for option in ("-X", "-u", "-o"):
        parser.add_argument(option)
    for option in ("-H", "-d"):
        parser.add_argument(option, action="append", default=[])
    command = command.replace(f"http://127.0.0.1:{FUNCTIONS_PORT}", stack.functions_url)
    command = command.replace(f"http://127.0.0.1:{PHONE_PORT}", stack.emulator_url)
    given = parser.parse_args(shlex.split(signed(command))[1:])
    body = "&".join(given.d)
    headers = {"Content-Type": FORM} if body else {}
    return stack.http.request(
        given.X or ("POST" if body else "GET"),
        given.url,
        data=body.encode(),
        headers=headers | dict(line.split(": ", 1) for line in given.H),
        auth=cast("tuple[str, str]", tuple(given.u.split(":", 1))) if given.u else None,
        timeout=20,
    )


def check_answer(answer: requests.Response, shown: str) -> None:
    """Check that the response has a good status, or the status shown, and the members shown.

    A text or a list that ends with … may continue.
    """
    expected: dict[str, Any] = json.loads(shown) if shown else {}
    status = expected.get("status")
    assert answer.status_code == status if isinstance(status, int) else answer.ok, answer.text
    if shown:
        given = answer.json()
        assert list(given) == list(expected)
        for name, value in expected.items():
            if isinstance(value, str) and value.endswith("…"):
                assert given[name].startswith(value[:-1])
            elif isinstance(value, list) and value[-1:] == ["…"]:
                shown_part = cast("list[object]", value[:-1])
                assert given[name][: len(shown_part)] == shown_part
            else:
                assert given[name] == value


@pytest.mark.parametrize("page", sorted({page for page, _ in UNMARKED}))
def test_every_unmarked_command_is_run_by_a_test(page: str) -> None:
    texts = [command.text for name, command in UNMARKED if name == page]

    assert [text for text in texts if not runner_of(page, text)] == []


@pytest.mark.parametrize(
    "page",
    sorted({page for page, command in UNMARKED if runner_of(page, command.text) == "here"}),
)
def test_the_commands_of_a_page_get_its_answers(stack: LocalStack, page: str) -> None:
    for name, command in UNMARKED:
        if name != page or runner_of(page, command.text) != "here":
            continue
        if command.text.startswith("cp "):
            assert (ROOT / command.text.split()[1]).is_file()
        else:
            check_answer(request(stack, command.text), command.answer)
            stack.advance(1)


@pytest.mark.parametrize(("page", "start", "test"), RUN_ELSEWHERE)
def test_each_test_in_the_table_exists_and_has_commands(page: str, start: str, test: str) -> None:
    path, _, name = test.partition("::")
    tree = ast.parse((ROOT / path).read_text())

    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert [c for p, c in UNMARKED if fnmatch(p, page) and re.match(start, c.text)]


def test_local_commands_are_not_marked() -> None:
    marked = [
        command.text
        for text in PAGES.values()
        for block in blocks(text)
        if block.is_marked
        for command in block.commands
    ]

    assert marked
    local = r"curl .*127\.0\.0\.1|python3 dev\.py (start|test|check)"
    assert [text for text in marked if re.match(local, text)] == []


def test_every_option_of_dev_in_the_pages_is_in_its_help() -> None:
    words = {
        word
        for _, command in UNMARKED
        if command.text.startswith("python3 dev.py")
        for word in shlex.split(command.text, comments=True)[2:]
        if not word.startswith(("http", "-m", "soak")) and "=" not in word
    }

    menu = (ROOT / "commands" / "help.txt").read_text("utf-8")
    assert {word for word in words if word not in menu and not word.isdigit()} == set()


@pytest.mark.parametrize(
    ("text", "is_run"),
    [
        ("```\naz login\n```", False),
        ("```text\naz login\n```", False),
        ("```\npython3 dev.py start\naz login\n```", False),
        ("<!-- needs patience -->\n```\naz login\n```", False),
        ("<!-- needs Azure -->\n\n```\naz login\n```", True),
        ("```sh needs Twilio\npython3 dev.py wire +12025550100\n```", True),
        ("```\npython3 dev.py start\n```", True),
        ("- a list\n\n  ```\n  az login\n  ```\n", False),
        ('```json\n{"to": "+12025550123"}\n```', True),
    ],
)
def test_a_command_without_a_test_is_found(text: str, is_run: bool) -> None:
    found = [
        runner_of("docs/page.md", command.text)
        for block in blocks(text)
        if not block.is_marked
        for command in block.commands
    ]

    assert all(found) == is_run
