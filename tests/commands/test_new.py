"""`dev.py new`: create a function by its prefix."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from commands.errors import CommandError
from commands.new.__main__ import main
from commands.new.doors import DOORS
from commands.new.names import MAX_CHARS, read_name
from commands.new.pages import API, PAGE, REQUESTS, with_function, with_path

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "commands" / "new" / "templates"
NAMES = ("SendReminder", "PlaceWakeUpCall", "GetWeather", "TwimlOpeningHours", "OnPayment")
# The tests that cover all functions, or the whole library.
HOUSE = (
    "tests/functions/test_deployment_files.py",
    "tests/functions/test_function_json.py",
    "tests/functions/test_imports.py",
    "tests/functions/test_openapi.py",
    "tests/functions/test_requests_file.py",
    "tests/functions/test_runtime.py",
    "tests/project/test_architecture.py",
    "tests/docs/test_functions_page.py",
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project without functions."""
    for path in (API, PAGE, REQUESTS, "pyproject.toml", "shared/answers/menu.py"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, tmp_path / path)
    return tmp_path


def files(root: Path) -> set[str]:
    return {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}


def test_a_new_answer_has_a_folder_a_module_and_a_test(project: Path) -> None:
    before = files(project)

    assert main(["TwimlOpeningHours"], project) == 0
    assert files(project) - before == {
        "TwimlOpeningHours/__init__.py",
        "TwimlOpeningHours/function.json",
        "shared/answers/opening_hours.py",
        "tests/functions/test_twiml_opening_hours.py",
    }


@pytest.mark.parametrize("name", NAMES)
def test_the_prefix_decides_methods_and_auth_level(project: Path, name: str) -> None:
    main([name], project)
    own = json.loads((project / name / "function.json").read_text("utf-8"))
    model = {"Send": "SendSms", "Place": "PlaceCall", "Get": "GetStatus", "Twiml": "TwimlMenu"}
    other = ROOT / model.get(read_name(name).prefix, "OnCallStatus") / "function.json"

    assert own == json.loads(other.read_text("utf-8"))


def test_it_prints_the_new_files_and_how_to_try_the_function(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["TwimlOpeningHours"], project)

    shown = capsys.readouterr().out
    url = "http://127.0.0.1:7071/api/TwimlOpeningHours"
    assert "created  shared/answers/opening_hours.py" in shown
    assert f"changed  {API}" in shown
    assert f"replace each TODO in:\n  {API}, {PAGE}\n" in shown
    assert f'curl -X POST {url} -H "$(python3 dev.py sign {url})"' in shown
    assert f'"url":"{url}"' in shown
    assert "python3 dev.py test tests/functions/test_twiml_opening_hours.py" in shown


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("Opening Hours", "is not a valid name"),
        ("twimlOpeningHours", "is not a valid name"),
        ("Twiml_Hours", "is not a valid name"),
        ("TwimlÖffnungszeiten", "is not a valid name"),
        ("../TwimlHours", "is not a valid name"),
        ("", "is not a valid name"),
        ("OpeningHours", "Start the name with Send, Place, Get, Twiml, or On"),
        ("DeliverReminder", "Start the name with"),
        ("Onion", "Start the name with"),
        ("Twiml", "Start the name with"),
        ("Twiml2", "Start the name with"),
        ("Twiml" + "A" * 28, "the maximum is 32"),
        ("TwimlImport", "Python"),
        ("TwimlMatch", "Python"),
        ("GetList", "Python"),
        ("CancelCall", "Start the name with"),
        ("GetJson", "is in use"),
        ("TwimlAnswer", "is in use"),
        ("GetReadInputs", "is in use"),
        ("GetCon", "a device"),
        ("OnLPT1", "a device"),
    ],
)
def test_a_problematic_name_is_refused(
    project: Path, name: str, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = files(project)

    assert main([name], project) == 2
    assert reason in capsys.readouterr().err
    assert files(project) == before


@pytest.mark.parametrize(
    ("name", "there"),
    [
        ("TwimlOpeningHours", "TwimlOpeningHours/function.json"),
        ("TwimlOpeningHours", "twimlopeninghours/function.json"),
        ("TwimlOpeningHours", "shared/answers/opening_hours.py"),
        ("TwimlOpeningHours", "shared/answers/opening_hours/__init__.py"),
        ("TwimlOpeningHours", "tests/functions/test_twiml_opening_hours.py"),
        ("GetWeather", "shared/own/weather.py"),
        ("TwimlMenu", "shared/answers/menu.py"),
    ],
)
def test_existing_files_are_not_changed(
    project: Path, name: str, there: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / there).parent.mkdir(parents=True, exist_ok=True)
    (project / there).write_text("mine", "utf-8")
    before = files(project)

    assert main([name], project) == 2
    assert "already exists" in capsys.readouterr().err
    assert files(project) == before
    assert (project / there).read_text("utf-8") == "mine"


def test_an_openapi_file_that_does_not_end_with_paths_is_refused() -> None:
    with pytest.raises(CommandError, match="must end with the section `paths`"):
        with_path("paths:\n  /A: {}\ncomponents: {}\n", "  /B: {}\n")


def test_a_page_without_its_table_is_refused() -> None:
    with pytest.raises(CommandError, match="must have a table under"):
        with_function("# Functions\n", row="| x |\n", section="")


@pytest.mark.soak
def test_new_functions_pass_every_check_at_once(tmp_path: Path) -> None:
    listed = subprocess.run(
        ["git", "ls-files"],  # noqa: S607 - from the PATH
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    for path in (path for path in listed if (ROOT / path).exists()):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, tmp_path / path)
    made: list[str] = []
    for name in NAMES:
        made += re.findall(
            r"^created +(\S+\.py)$", run(["commands.new", name], tmp_path), re.MULTILINE
        )
    tests = [path for path in made if path.startswith("tests/")]

    assert len(tests) == len(NAMES)
    run(["ruff", "check", "--no-cache", *made], tmp_path)
    run(["ruff", "format", "--no-cache", "--check", *made], tmp_path)
    run(["pyright", "--pythonpath", sys.executable, *made], tmp_path)
    run(["pytest", "-q", "-n", "0", "-p", "no:cacheprovider", *tests, *HOUSE], tmp_path)


def run(command: list[str], root: Path) -> str:
    """Run a module in a copy of the project; return what it printed."""
    result = subprocess.run(
        [sys.executable, "-m", *command], cwd=root, check=False, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def test_a_missing_page_is_named_and_nothing_is_created(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / API).unlink()
    before = files(project)

    assert main(["TwimlOpeningHours"], project) == 1
    assert capsys.readouterr().err.endswith(f"{API}: No such file or directory\n")
    assert files(project) == before


@pytest.mark.parametrize("prefix", DOORS)
def test_the_longest_name_fits_into_the_lines(project: Path, prefix: str) -> None:
    name = prefix + "W" + "o" * (MAX_CHARS - len(prefix) - 1)
    before = files(project)

    assert main([name], project) == 0
    made = [path for path in files(project) - before if path.endswith(".py")]
    lines = [line for path in made for line in (project / path).read_text("utf-8").splitlines()]
    assert max(map(len, lines)) <= 100
