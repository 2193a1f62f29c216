#!/usr/bin/env python3
"""The menu of the project: python3 dev.py --help. Needs only Python, 3.8 or newer.

Finds a Python 3.13, makes .venv with it, installs what a command needs, and hands over to the
command in .venv. An older Python must be able to read this file and say what is missing.
"""

from __future__ import annotations

import contextlib
import difflib
import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import IO, Iterable

ROOT = Path(__file__).resolve().parent
HELP = ROOT / "commands" / "help.txt"
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = VENV / ".requirements"  # what is installed: one "set digest" a line
UNFINISHED = "unfinished"  # a set that is noted while .venv is being made or changed

# Each set is the files that decide it; the last one contains the others, and is what pip installs.
SETS = {
    "local": ["requirements.txt", "requirements-local.txt"],
    "dev": ["requirements.txt", "requirements-local.txt", "requirements-dev.txt"],
}

# Each command: the set that it needs, then what the Python of .venv runs.
PROGRAMS = {
    "start": ("local", ["-m", "local_stack"]),
    "test": ("dev", ["-m", "pytest"]),
    "check": ("dev", ["-m", "commands.check"]),
    "sign": ("local", ["-m", "local_stack.sign"]),
    "package": ("local", ["-m", "commands.package"]),
    "secrets": ("local", ["-m", "commands.secrets"]),
    "wire": ("local", ["-m", "commands.wire"]),
    "doctor": ("local", ["-m", "commands.doctor"]),
    "new": ("dev", ["-m", "commands.new"]),
    "lock": ("dev", ["-m", "commands.lock"]),
    "screenshot": ("dev", [str(Path("docs", "screenshot.py"))]),
}

MAKE_VENV = """import runpy, signal; signal.signal(signal.SIGINT, signal.SIG_DFL)
runpy.run_module("venv", {}, "__main__")"""  # without a traceback on Ctrl-C


class SetUpError(Exception):
    """What the user must know before anything can run, in one line."""


def main(arguments: list[str]) -> int:
    """Do what the command line says; return the exit status."""
    name, rest = (arguments[0], arguments[1:]) if arguments else ("--help", [])
    if name in ("-h", "--help", "help"):
        name, rest = "help", []
    try:
        return run(name, rest)
    except SetUpError as error:
        print(f"dev.py: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"dev.py: cannot use {error.filename}: {error.strerror}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ndev.py: interrupted", file=sys.stderr)
        return 130


def run(name: str, arguments: list[str]) -> int:
    """Run a command by its name; return its exit status, or 2 for an unknown name."""
    if name == "help" or (name == "start" and {"-h", "--help"} & {*arguments}):
        print(help_on(name))
        return 0
    if name == "python":
        print(" ".join(find_python()))
        return 0
    if name not in PROGRAMS:
        print(unknown(name), file=sys.stderr)
        return 2
    requirements, program = PROGRAMS[name]
    set_up(requirements)
    return become(program + arguments)


def help_on(name: str) -> str:
    """Return the menu or, without setting anything up, the usage of start."""
    menu = HELP.read_text("utf-8").rstrip()
    if name == "help":
        return menu
    return "usage: python3 dev.py " + menu[menu.index("start") : menu.index("\n  test")]


def unknown(name: str) -> str:
    """Return what to say about a command that does not exist."""
    similar = difflib.get_close_matches(name, [*PROGRAMS, "python", "help"], n=1)
    hint = f"Did you mean '{similar[0]}'?" if similar else "See python3 dev.py --help."
    return f"dev.py: unknown command '{name}'. {hint}"


def become(arguments: list[str]) -> int:
    """Go on as the Python of .venv, so that signals reach it and its exit status is ours."""
    os.chdir(ROOT)
    command = [str(VENV_PYTHON), *arguments]
    if os.name == "posix":  # on Windows exec would return to the shell at once
        os.execv(command[0], command)  # noqa: S606 - our own interpreter
    return subprocess.call(command)


def set_up(name: str) -> None:
    """Make .venv hold the set of requirements called `name`; quick when it already does."""
    if is_set_up(name):
        return
    # Lock a file that exists anyway, so that no lock file is left behind.
    with (ROOT / SETS[name][0]).open() as lock:
        if not has_taken(lock):
            say("another dev.py is setting up .venv, waiting ...")
            while not has_taken(lock):
                time.sleep(0.1)
        if not is_set_up(name):
            install(name)


def has_taken(lock: IO[str]) -> bool:
    """Take the lock unless another process has it; the system frees it when its owner ends."""
    # Windows has no fcntl, and some file systems have no locks.
    with contextlib.suppress(ImportError, OSError):
        import fcntl

        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):
            return False
    return True


def is_set_up(name: str | None) -> bool:
    """Tell whether .venv is whole and, if `name` is not None, holds that set of requirements."""
    stamp = read_stamp()
    whole = VENV_PYTHON.exists() and UNFINISHED not in stamp
    return whole and (name is None or stamp.get(name) == digest(name))


def install(name: str) -> None:
    """Install a set of requirements into .venv, and make .venv first if it is missing."""
    if not is_set_up(None):
        make_venv()
    elif not can_make_venv([str(VENV_PYTHON)]):
        raise SetUpError(".venv has no Python 3.13 with pip; remove it and run this again")
    write_stamp([UNFINISHED])
    say(f"installing {SETS[name][-1]} into .venv ...")
    pip = [str(VENV_PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    status = subprocess.call([*pip, "--no-input", "-r", SETS[name][-1]], cwd=ROOT)
    if status != 0:
        write_stamp([] if status > 0 else [UNFINISHED])  # .venv stays good unless pip was killed
        raise SetUpError("the packages could not be installed; pip says why above")
    write_stamp(["local", "dev"] if name == "dev" else [name])  # dev contains local


def make_venv() -> None:
    """Make .venv, also in place of one that an interrupted run or a vanished Python left broken."""
    python = find_python()
    if VENV.exists():
        if not STAMP.exists():
            raise SetUpError(".venv has no Python of its own; remove it and run this again")
        shutil.rmtree(VENV)
    say(f"making .venv with {' '.join(python)} ...")
    VENV.mkdir()
    write_stamp([UNFINISHED])
    if subprocess.call([*python, "-c", MAKE_VENV, str(VENV)]) != 0:
        raise SetUpError(".venv could not be made; the message is above")


def digest(name: str) -> str:
    """Return one short word for the content of a set of requirements."""
    content = hashlib.sha256()
    for file_name in SETS.get(name, []):
        content.update((ROOT / file_name).read_bytes() + b"\0")
    return content.hexdigest()


def read_stamp() -> dict[str, str]:
    """Return the digest of each set that is installed."""
    try:
        return dict(line.split() for line in STAMP.read_text().splitlines())
    except (OSError, ValueError):
        return {}


def write_stamp(names: Iterable[str]) -> None:
    """Note which sets are installed now."""
    STAMP.write_text("".join(f"{name} {digest(name)}\n" for name in names))


def find_python() -> list[str]:
    """Return the command of a Python that can make .venv: this one first, then others."""
    commands = [[sys.executable], ["python3.13"], ["python3.14"], ["py", "-3.13"]]
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    commands += [[str(path)] for path in sorted(pyenv.glob("versions/*/bin/python"), reverse=True)]
    for command in [*commands, [output_of(["uv", "python", "find", ">=3.13"])]]:
        if can_make_venv(command):
            return command
    this = "{}.{}".format(*sys.version_info[:2])
    raise SetUpError(
        f"needs Python 3.13 or newer with venv; this is {this}, and no other was found. Get one "
        "with `uv python install 3.13`, `pyenv install 3.13` or from https://www.python.org."
    )


def can_make_venv(command: list[str]) -> bool:
    """Tell whether a command is a Python that is new enough and has venv with pip."""
    program = "import sys, venv, ensurepip; print(sys.version_info >= (3, 13))"
    return output_of([*command, "-c", program]) == "True"


def output_of(command: list[str]) -> str:
    """Return what a command prints, "" when it fails or does not exist."""
    try:
        process = subprocess.run(command, capture_output=True, check=False)
    except OSError:
        return ""
    return "" if process.returncode else process.stdout.decode("utf-8", "replace").strip()


def say(text: str) -> None:
    """Show progress on standard error: standard output belongs to the command."""
    print(f"dev.py: {text}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
