"""dev.py: its commands, and how it sets up .venv."""

import ast
import fcntl
import importlib.util
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import pytest

PROJECT = Path(__file__).resolve().parents[2]
REQUIREMENTS = (
    "requirements.txt",
    "requirements-local.txt",
    "requirements-dev.txt",
    "requirements-docs.txt",
)


class Machine:
    """Stands in for the programs that dev.py starts; records their commands."""

    def __init__(self, dev: ModuleType) -> None:
        self.calls: list[list[str]] = []
        self.failing = ""  # commands that contain this word fail
        self.interrupted = ""  # Ctrl-C is pressed during commands that contain this word
        self.uv: str | None = None  # the uv on the PATH
        self._dev = dev

    def run_logged(self, command: Sequence[str], total: int = 0) -> int:
        """Return the exit status of a command without running it."""
        self.calls.append(list(command))
        if self.interrupted and self.interrupted in command:
            raise KeyboardInterrupt
        if self.failing and self.failing in command:
            return 1
        if "venv" in command:
            self._dev.VENV_PYTHON.parent.mkdir()
            self._dev.VENV_PYTHON.touch()
        return 0

    def which(self, name: str) -> str | None:
        """Return the path of uv, or None if it is missing."""
        assert name == "uv"
        return self.uv

    def done(self) -> list[str]:
        """Return what was done since the last call: "venv", or the installed file."""
        words = ["venv" if "venv" in call else call[call.index("-r") + 1] for call in self.calls]
        self.calls.clear()
        return words


@pytest.fixture
def dev(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """dev.py in an empty folder with the requirements files."""
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
    """The programs that dev.py starts."""
    stand_in = Machine(dev)
    monkeypatch.setattr(dev, "run_logged", stand_in.run_logged)
    monkeypatch.setattr(dev.shutil, "which", stand_in.which)
    return stand_in


def test_the_first_use_makes_the_environment_and_installs(
    dev: ModuleType, machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    dev.set_up("local")

    assert machine.done() == ["venv", "requirements-local.txt"]
    assert capsys.readouterr().out == ""


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


def test_a_change_of_the_test_tools_does_not_delay_start(
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


def test_the_documentation_packages_are_installed_beside_the_others(
    dev: ModuleType, machine: Machine
) -> None:
    for name in ("local", "docs"):
        dev.set_up(name)
    assert machine.done() == ["venv", "requirements-local.txt", "requirements-docs.txt"]

    for name in ("local", "docs"):
        dev.set_up(name)

    assert machine.done() == []


@pytest.mark.parametrize("moment", ["venv", "pip"])
def test_an_interrupted_setup_starts_over(dev: ModuleType, machine: Machine, moment: str) -> None:
    machine.interrupted = moment
    with pytest.raises(KeyboardInterrupt):
        dev.set_up("local")
    machine.interrupted = ""
    machine.done()
    dev.set_up("local")

    assert machine.done() == ["venv", "requirements-local.txt"]


def test_a_failed_install_is_tried_again(dev: ModuleType, machine: Machine) -> None:
    machine.failing = "pip"
    with pytest.raises(SystemExit, match="could not install"):
        dev.set_up("local")
    machine.failing = ""
    machine.done()
    dev.set_up("local")

    assert machine.done() == ["requirements-local.txt"]


def test_a_concurrent_first_start_waits_and_does_nothing(
    dev: ModuleType,
    machine: Machine,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    other = (tmp_path / "requirements.txt").open()
    fcntl.flock(other, fcntl.LOCK_EX)

    def finish_the_other(_: float) -> None:
        dev.install("local")
        machine.done()
        other.close()

    monkeypatch.setattr(dev.time, "sleep", finish_the_other)
    dev.set_up("local")

    assert machine.done() == []
    assert "another dev.py is setting up .venv, waiting" in capsys.readouterr().err


def test_the_lock_is_released_after_setup(
    dev: ModuleType, machine: Machine, tmp_path: Path
) -> None:
    machine.interrupted = "pip"
    with pytest.raises(KeyboardInterrupt):
        dev.set_up("local")

    with (tmp_path / "requirements.txt").open() as lock:
        assert dev.has_taken(lock)


def test_an_unusable_folder_is_reported_in_one_sentence(
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


def test_a_missing_requirements_file_is_reported_in_one_sentence(
    dev: ModuleType, machine: Machine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "requirements.txt").unlink()

    assert dev.main(["start"]) == 1
    assert capsys.readouterr().err == (
        f"dev.py: cannot use {tmp_path / 'requirements.txt'}: No such file or directory\n"
    )


def test_uv_creates_the_environment_and_installs_if_it_is_on_the_path(
    dev: ModuleType, machine: Machine
) -> None:
    machine.uv = "/usr/bin/uv"

    dev.set_up("local")

    venv, install = machine.calls
    assert venv[:2] == ["/usr/bin/uv", "venv"]
    assert install[:3] == ["/usr/bin/uv", "pip", "install"]
    assert install[-2:] == ["--python", str(dev.VENV_PYTHON)]


@pytest.mark.parametrize("uv", [None, "/usr/bin/uv"])
def test_every_package_is_checked_against_its_hash(
    dev: ModuleType, machine: Machine, uv: str | None
) -> None:
    machine.uv = uv

    dev.set_up("local")

    assert "--require-hashes" in machine.calls[-1]


def test_uv_uses_the_package_index_configured_for_pip(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("UV_DEFAULT_INDEX", raising=False)
    monkeypatch.setenv("PIP_INDEX_URL", "https://index.example/simple")
    dev.VENV.mkdir()
    program = "import os, sys; sys.exit(os.environ['UV_DEFAULT_INDEX'])"

    assert dev.run_logged([sys.executable, "-c", program]) == 1
    assert "https://index.example/simple" in capfd.readouterr().err


def test_pips_downloads_and_installations_are_counted(dev: ModuleType) -> None:
    output = ""
    for name in ("a", "b"):
        output += f"Collecting {name}==1 (from -r requirements.txt (line 1))\n"
    assert dev.progress(output, 5) == "downloading 2 of 5 ..."

    output += "Installing collected packages: a, b\n"
    for name in ("a", "b", "c"):
        (dev.VENV / "lib" / "python3.13" / "site-packages" / f"{name}-1.dist-info").mkdir(
            parents=True
        )
    assert dev.progress(output, 5) == "installing 3 of 5 ..."


@pytest.mark.parametrize("output", ["", "Fetching stuff\n\N{REPLACEMENT CHARACTER}"])
def test_unknown_output_still_shows_the_total(dev: ModuleType, output: str) -> None:
    assert dev.progress(output, 5) == "installing 0 of 5 ..."


@pytest.mark.parametrize("is_terminal", [True, False])
def test_only_a_terminal_shows_a_counter(
    dev: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    is_terminal: bool,
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: is_terminal)
    dev.VENV.mkdir()

    assert dev.run_logged([sys.executable, "-c", ""], total=5) == 0

    assert ("installing 0 of 5" in capsys.readouterr().err) is is_terminal


def test_the_output_of_a_failed_installation_is_shown(
    dev: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    dev.VENV.mkdir()

    assert dev.run_logged([sys.executable, "-c", "import sys; sys.exit('no such package')"]) == 1
    assert "no such package" in capsys.readouterr().err


def test_packages_for_one_system_only_do_not_count(
    dev: ModuleType, machine: Machine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lock = "a==1 \\\n    --hash=sha256:0\ncolorama==2 ; sys_platform == 'win32' \\\n# b==1\n"
    (tmp_path / "requirements-local.txt").write_text(lock, "utf-8")

    dev.set_up("local")

    assert "installing 1 packages" in capsys.readouterr().err


def test_the_help_of_start_installs_nothing(
    dev: ModuleType,
    machine: Machine,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(dev, "ROOT", PROJECT)

    assert dev.main(["start", "--help"]) == 0

    assert machine.done() == []
    assert "start [--port N] [--phone-port N]" in capsys.readouterr().out


def test_python_takes_no_arguments(
    dev: ModuleType, machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    assert dev.main(["python", "--x"]) == 2

    assert machine.done() == []
    assert "python takes no arguments" in capsys.readouterr().err


def test_an_environment_without_its_python_is_recreated(dev: ModuleType, machine: Machine) -> None:
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

    with pytest.raises(SystemExit, match="delete"):
        dev.set_up("local")

    assert (tmp_path / ".venv" / "precious").exists()


def test_without_a_new_python_an_error_says_how_to_get_one(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dev, "can_make_venv", lambda command: False)  # pyright: ignore[reportUnknownLambdaType] # a stand-in

    with pytest.raises(SystemExit, match=r"needs Python 3\.13") as exit_:
        dev.main(["python"])

    assert "\n" not in str(exit_.value)
    assert "uv python install 3.13" in str(exit_.value)


def test_a_pyenv_python_is_found(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    python = tmp_path / "versions" / "3.13.9" / "bin" / "python"
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    python.parent.mkdir(parents=True)
    python.touch()
    monkeypatch.setattr(dev, "can_make_venv", lambda command: command == [str(python)])  # pyright: ignore[reportUnknownLambdaType] # a stand-in

    assert dev.find_python() == [str(python)]


def test_a_failing_or_missing_command_is_not_a_python(dev: ModuleType) -> None:
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
        (["docs", "--serve"], "requirements-docs.txt", "-m commands.docs --serve"),
        (["screenshot"], "requirements-dev.txt", f"{Path('docs', 'screenshot.py')}"),
    ],
)
def test_a_command_installs_its_packages_and_runs_its_program(
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


def test_a_command_learns_in_which_folder_it_was_called(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    told: list[str | None] = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DEV_PY_FOLDER", "")

    def execv(program: str, arguments: list[str]) -> None:
        told.append(os.environ["DEV_PY_FOLDER"])

    def call(command: list[str]) -> int:
        return 0

    monkeypatch.setattr(dev.os, "execv", execv)
    monkeypatch.setattr(dev.subprocess, "call", call)

    dev.become([])

    assert told == [str(tmp_path)]


def test_help_has_a_line_for_each_command(
    dev: ModuleType, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dev, "ROOT", PROJECT)

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
def test_an_unknown_command_suggests_the_nearest(
    dev: ModuleType, capsys: pytest.CaptureFixture[str], name: str, hint: str
) -> None:
    assert dev.main([name]) == 2
    assert capsys.readouterr().err == f"dev.py: {hint}\n"


def test_python_3_8_can_read_dev() -> None:
    tree = ast.parse((PROJECT / "dev.py").read_text("utf-8"), feature_version=(3, 8))

    # Without it Python 3.8 would evaluate annotations such as list[str].
    assert "from __future__ import annotations" in map(ast.unparse, tree.body)
