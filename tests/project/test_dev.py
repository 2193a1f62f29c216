"""The menu of the project: dev.py."""

import ast
import fcntl
import importlib.util
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import pytest

PROJECT = Path(__file__).resolve().parents[2]
REQUIREMENTS = ("requirements.txt", "requirements-local.txt", "requirements-dev.txt")


class Machine:
    """Stands in for the programs that dev.py starts; notes what they were asked to do."""

    def __init__(self, dev: ModuleType) -> None:
        self.calls: list[list[str]] = []
        self.failing = ""  # a word of the commands that fail
        self.interrupted = ""  # a word of the commands during which Ctrl-C is pressed
        self._dev = dev

    def call(self, command: Sequence[str], **_: object) -> int:
        """Do what subprocess.call would, without doing it."""
        self.calls.append(list(command))
        if self.interrupted and self.interrupted in command:
            raise KeyboardInterrupt
        if self.failing and self.failing in command:
            return 1
        if self._dev.MAKE_VENV in command:
            self._dev.VENV_PYTHON.parent.mkdir()
            self._dev.VENV_PYTHON.touch()
        return 0

    def done(self) -> list[str]:
        """Return in a word each what was done since the last time: venv, or what pip installed."""
        words = ["venv" if self._dev.MAKE_VENV in call else call[-1] for call in self.calls]
        self.calls.clear()
        return words


@pytest.fixture
def dev(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """dev.py, at home in an empty folder with three requirements files."""
    spec = importlib.util.spec_from_file_location("dev_under_test", PROJECT / "dev.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name in ("VENV", "VENV_PYTHON", "STAMP"):
        place = getattr(module, name).relative_to(PROJECT)
        monkeypatch.setattr(module, name, tmp_path / place)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "can_make_venv", lambda command: True)  # pyright: ignore[reportUnknownLambdaType] # a stand-in
    for name in REQUIREMENTS:
        (tmp_path / name).write_text(name, "utf-8")
    return module


@pytest.fixture
def machine(dev: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """The programs that dev.py starts, replaced."""
    stand_in = Machine(dev)
    monkeypatch.setattr(dev.subprocess, "call", stand_in.call)
    return stand_in


def test_the_first_use_makes_the_environment_and_installs(
    dev: ModuleType, machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    dev.set_up("local")

    assert machine.done() == ["venv", "requirements-local.txt"]
    output = capsys.readouterr()
    assert "installing requirements-local.txt" in output.err
    assert output.out == ""


def test_the_second_use_does_nothing(dev: ModuleType, machine: Machine) -> None:
    dev.set_up("local")
    machine.done()
    dev.set_up("local")

    assert machine.done() == []


def test_a_changed_requirements_file_installs_again(
    dev: ModuleType, machine: Machine, tmp_path: Path
) -> None:
    dev.set_up("local")
    machine.done()
    (tmp_path / "requirements.txt").write_text("changed", "utf-8")
    dev.set_up("local")

    assert machine.done() == ["requirements-local.txt"]


def test_a_change_of_the_test_tools_does_not_hold_up_start(
    dev: ModuleType, machine: Machine, tmp_path: Path
) -> None:
    dev.set_up("dev")
    machine.done()
    (tmp_path / "requirements-dev.txt").write_text("changed", "utf-8")
    dev.set_up("local")
    assert machine.done() == []

    dev.set_up("dev")

    assert machine.done() == ["requirements-dev.txt"]


def test_the_packages_for_tests_contain_those_for_start(dev: ModuleType, machine: Machine) -> None:
    dev.set_up("dev")
    machine.done()
    dev.set_up("local")

    assert machine.done() == []


@pytest.mark.parametrize("moment", ["-c", "pip"])
def test_an_interrupted_set_up_is_made_anew(dev: ModuleType, machine: Machine, moment: str) -> None:
    machine.interrupted = moment
    with pytest.raises(KeyboardInterrupt):
        dev.set_up("local")
    machine.interrupted = ""
    machine.done()
    dev.set_up("local")

    assert machine.done() == ["venv", "requirements-local.txt"]


def test_a_failed_install_is_tried_again(dev: ModuleType, machine: Machine) -> None:
    machine.failing = "pip"
    with pytest.raises(dev.SetUpError, match="could not be installed"):
        dev.set_up("local")
    machine.failing = ""
    machine.done()
    dev.set_up("local")

    assert machine.done() == ["requirements-local.txt"]


def test_a_second_first_start_waits_for_the_other_and_finds_all_done(
    dev: ModuleType,
    machine: Machine,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    other = (tmp_path / "requirements.txt").open()
    fcntl.flock(other, fcntl.LOCK_EX)

    def the_other_gets_done(_: float) -> None:
        dev.install("local")
        machine.done()
        other.close()

    monkeypatch.setattr(dev.time, "sleep", the_other_gets_done)
    dev.set_up("local")

    assert machine.done() == []
    assert "another dev.py is setting up .venv, waiting" in capsys.readouterr().err


def test_the_end_of_the_set_up_frees_the_lock(
    dev: ModuleType, machine: Machine, tmp_path: Path
) -> None:
    machine.interrupted = "pip"
    with pytest.raises(KeyboardInterrupt):
        dev.set_up("local")

    with (tmp_path / "requirements.txt").open() as lock:
        assert dev.has_taken(lock)


def test_a_folder_that_cannot_be_used_is_one_sentence(
    dev: ModuleType,
    machine: Machine,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def refuse(path: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "mkdir", refuse)

    assert dev.main(["start"]) == 1
    assert capsys.readouterr().err.splitlines()[-1] == (
        f"dev.py: cannot use {dev.VENV}: Permission denied"
    )


def test_a_missing_requirements_file_is_one_sentence(
    dev: ModuleType, machine: Machine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "requirements.txt").unlink()

    assert dev.main(["start"]) == 1
    assert capsys.readouterr().err == (
        f"dev.py: cannot use {tmp_path / 'requirements.txt'}: No such file or directory\n"
    )


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such signal")
def test_ctrl_c_ends_the_making_of_the_environment_without_a_traceback(
    dev: ModuleType, tmp_path: Path
) -> None:
    interrupt_itself = tmp_path / "venv.py"  # stands in for the library's module
    interrupt_itself.write_text("import os, signal\nos.kill(os.getpid(), signal.SIGINT)\n", "utf-8")

    made = subprocess.run(
        [sys.executable, "-c", dev.MAKE_VENV], cwd=tmp_path, capture_output=True, check=False
    )

    assert (made.returncode, made.stderr) == (-signal.SIGINT, b"")


def test_the_help_of_start_has_its_options_and_sets_nothing_up(
    dev: ModuleType, machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    assert dev.main(["start", "--help"]) == 0

    assert machine.done() == []
    output = capsys.readouterr().out
    assert output.startswith("usage: python3 dev.py start [--port N] [--phone-port N]")
    assert "test" not in output


def test_an_environment_whose_python_is_gone_is_made_anew(
    dev: ModuleType, machine: Machine
) -> None:
    dev.set_up("local")
    machine.done()
    dev.VENV_PYTHON.unlink()
    dev.set_up("local")

    assert machine.done() == ["venv", "requirements-local.txt"]


def test_a_folder_that_dev_did_not_make_is_not_removed(
    dev: ModuleType, machine: Machine, tmp_path: Path
) -> None:
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "precious").write_text("", "utf-8")

    with pytest.raises(dev.SetUpError, match="remove it and run this again"):
        dev.set_up("local")

    assert (tmp_path / ".venv" / "precious").exists()


def test_without_a_new_python_one_line_says_how_to_get_one(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(dev, "can_make_venv", lambda command: False)  # pyright: ignore[reportUnknownLambdaType] # a stand-in

    assert dev.main(["python"]) == 1

    message = capsys.readouterr().err
    assert message.count("\n") == 1
    assert "Python 3.13" in message
    assert "uv python install 3.13" in message


def test_a_python_of_pyenv_is_found(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    python = tmp_path / "versions" / "3.13.9" / "bin" / "python"
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    python.parent.mkdir(parents=True)
    python.touch()
    monkeypatch.setattr(dev, "can_make_venv", lambda command: command == [str(python)])  # pyright: ignore[reportUnknownLambdaType] # a stand-in

    assert dev.find_python() == [str(python)]


def test_a_command_that_fails_or_does_not_exist_is_no_python(dev: ModuleType) -> None:
    assert dev.output_of([sys.executable, "-c", "print('yes')"]) == "yes"
    assert dev.output_of([sys.executable, "-c", "print('yes'); raise SystemExit(1)"]) == ""
    assert dev.output_of(["no-such-python"]) == ""


@pytest.mark.parametrize(
    ("arguments", "last", "program"),
    [
        (["start", "--port", "0"], "requirements-local.txt", "-m local_stack --port 0"),
        (["test", "-x"], "requirements-dev.txt", "-m pytest -x"),
        (["check", "--no-tests"], "requirements-dev.txt", "-m commands.check --no-tests"),
        (["sign", "URL", "A=b c"], "requirements-local.txt", "-m local_stack.sign URL A=b c"),
        (["wire", "--undo"], "requirements-local.txt", "-m commands.wire --undo"),
        (["new", "GetA"], "requirements-dev.txt", "-m commands.new GetA"),
        (["lock"], "requirements-dev.txt", "-m commands.lock"),
        (["screenshot"], "requirements-dev.txt", f"{Path('docs', 'screenshot.py')}"),
    ],
)
def test_a_command_sets_up_what_it_needs_and_goes_on_as_its_program(
    dev: ModuleType,
    machine: Machine,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    last: str,
    program: str,
) -> None:
    became: list[list[str]] = []
    monkeypatch.setattr(dev, "become", became.append)

    dev.main(arguments)

    assert machine.done() == ["venv", last]
    assert [" ".join(words) for words in became] == [program]


def test_help_has_a_line_for_each_command(
    dev: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    assert dev.main(["--help"]) == 0

    lines = capsys.readouterr().out.splitlines()
    shown = {line.split()[0] for line in lines if line.startswith("  ") and line[2] != " "}
    assert shown == {*dev.PROGRAMS, "python"}


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("strat", "unknown command 'strat'. Did you mean 'start'?"),
        ("deploy", "unknown command 'deploy'. See python3 dev.py --help."),
    ],
)
def test_an_unknown_command_names_the_nearest(
    dev: ModuleType, capsys: pytest.CaptureFixture[str], name: str, hint: str
) -> None:
    assert dev.main([name]) == 2
    assert capsys.readouterr().err == f"dev.py: {hint}\n"


def test_python_3_8_can_read_dev() -> None:
    tree = ast.parse((PROJECT / "dev.py").read_text("utf-8"), feature_version=(3, 8))

    # Without it Python 3.8 would evaluate annotations such as list[str].
    assert "from __future__ import annotations" in map(ast.unparse, tree.body)
