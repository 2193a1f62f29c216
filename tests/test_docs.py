"""The README's promises, run."""

import re
import shlex
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from emulator.local_values import FUNCTIONS_PORT, PHONE_PORT
from emulator.supervision.package import deployed_files
from emulator.testing import LocalStack, running

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
CURLS = re.findall(r"^\$? ?(curl -X POST .*)$", README, re.MULTILINE)
LINKS = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)


@pytest.fixture(scope="module")
def app_with_example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the deployed app with the function that the README adds."""
    root = tmp_path_factory.mktemp("app")
    for name in deployed_files(ROOT):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, root / name)
    for path, content in re.findall(
        r"`(TwimlOpeningHours/\S+)`\n\n```\w+\n(.*?)```", README, re.DOTALL
    ):
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).write_text(content)
    return root


@pytest.fixture(scope="module")
def example_stack(app_with_example: Path) -> Iterator[LocalStack]:
    yield from running(app_with_example)


def test_the_example_answer_passes_its_own_test(example_stack: LocalStack) -> None:
    [code] = re.findall(r"`tests/functions/\S+`\n\n```python\n(.*?)```", README, re.DOTALL)
    names: dict[str, object] = {}
    exec(code, names)  # noqa: S102 - the README's own code
    test = names["test_callers_hear_the_opening_hours"]
    assert callable(test)

    test(example_stack)


@pytest.mark.parametrize("command", CURLS)
def test_the_curl_commands_do_what_they_say(example_stack: LocalStack, command: str) -> None:
    words = shlex.split(command)
    local = f"http://127.0.0.1:{FUNCTIONS_PORT}"
    url, body = (
        words[index].replace(local, example_stack.functions_url)
        for index in (words.index("POST") + 1, words.index("-d") + 1)
    )
    if "sign" in command:
        address = url.rpartition("/")[2]
        name, _, value = body.partition("=")
        status = example_stack.webhook(address, {name: value}).status_code
    else:
        headers = {"x-functions-key": "local", "Content-Type": "application/x-www-form-urlencoded"}
        status = example_stack.http.post(url, data=body, headers=headers, timeout=10).status_code

    expected = 400 if "call me" in command else 200 if "sign" in command else 201
    assert status == expected


def test_every_link_leads_somewhere() -> None:
    assert [link for link in LINKS if not (ROOT / link).exists()] == []


def test_the_ports_of_the_readme_are_the_defaults() -> None:
    assert f"127.0.0.1:{FUNCTIONS_PORT}/api/SendSms" in README
    assert f"http://127.0.0.1:{PHONE_PORT}>" in README


def test_the_deployment_archive_holds_exactly_the_package(tmp_path: Path) -> None:
    [command] = re.findall(r"^git archive .*$", README, re.MULTILINE)
    archive = tmp_path / "app.zip"
    words = [str(archive) if word == "app.zip" else word for word in shlex.split(command)]
    subprocess.run(words, cwd=ROOT, check=True)

    files = {name for name in zipfile.ZipFile(archive).namelist() if not name.endswith("/")}
    tracked = subprocess.run(
        ["git", "ls-files"],  # noqa: S607 - as in the README
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    assert files == set(deployed_files(ROOT)) & set(tracked.stdout.splitlines())
