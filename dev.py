#!/usr/bin/env python3
"""Run the project's commands: see python3 dev.py --help. Needs only Python 3.8 or newer.

Creates .venv, installs what the command needs, with uv if it is on the PATH, and runs the command
there. An older Python must be able to read this file and say what is missing.
"""

from __future__ import annotations

import contextlib
import difflib
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import IO, Iterable

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = VENV / ".requirements"  # what is installed: a line "set digest" for each set
UNFINISHED = "unfinished"  # recorded as a set while .venv is being created or changed

# The files of each set. The last one includes the others and is the one to install.
SETS = {
    "local": ["requirements.txt", "requirements-local.txt"],
    "dev": ["requirements.txt", "requirements-local.txt", "requirements-dev.txt"],
    "docs": ["requirements-docs.txt"],  # beside the others, in versions that fit dev
}

SENDING = ("stop-sending", "resume-sending", "limits")
# For each command: the set it needs and the arguments for the Python in .venv.
PROGRAMS = {
    "start": ("local", ["-m", "local_stack"]),
    "test": ("dev", ["-m", "pytest"]),
    "check": ("dev", ["-m", "commands.check"]),
    "sign": ("local", ["-m", "local_stack.sign"]),
    "package": ("local", ["-m", "commands.package"]),
    "secrets": ("local", ["-m", "commands.secrets"]),
    "wire": ("local", ["-m", "commands.wire"]),
    "doctor": ("local", ["-m", "commands.doctor"]),
    **{name: ("local", ["-m", "commands.sending", name]) for name in SENDING},
    "new": ("dev", ["-m", "commands.new"]),
    "lock": ("dev", ["-m", "commands.lock"]),
    "docs": ("docs", ["-m", "commands.docs"]),
    "screenshot": ("dev", [str(Path("docs", "screenshot.py"))]),
}


def main(arguments: list[str]) -> int:
    """Run the command line; return the exit status."""
    try:
        return run(*arguments)
    except OSError as error:
        say(f"cannot use {error.filename}: {error.strerror}")
        return 1
    except KeyboardInterrupt:
        print("\ndev.py: interrupted", file=sys.stderr)
        return 130


def run(name: str = "help", *arguments: str) -> int:
    """Run a command by name; return its exit status, or 2 for an unknown command."""
    if {"help", "-h", "--help"} & {name, *(arguments if name == "start" else [])}:
        print((ROOT / "commands" / "help.txt").read_text("utf-8").rstrip())
        return 0
    if name == "python":
        say("python takes no arguments") if arguments else print(" ".join(find_python()))
        return 2 if arguments else 0
    if name not in PROGRAMS:
        similar = difflib.get_close_matches(name, [*PROGRAMS, "python", "help"], n=1)
        hint = f"Did you mean '{similar[0]}'?" if similar else "See python3 dev.py --help."
        say(f"unknown command '{name}'. {hint}")
        return 2
    set_up(PROGRAMS[name][0])
    return become([*PROGRAMS[name][1], *arguments])


def become(arguments: list[str]) -> int:
    """Replace this process with the Python in .venv, which then gets all signals."""
    os.environ["DEV_PY_FOLDER"] = str(Path.cwd())  # where a relative --root begins
    os.chdir(ROOT)
    command = [str(VENV_PYTHON), *arguments]
    if os.name == "posix":  # on Windows, exec returns to the shell immediately
        os.execv(command[0], command)  # noqa: S606 - our own interpreter
    return subprocess.call(command)


def set_up(name: str) -> None:
    """Install a set of requirements into .venv unless it is already there."""
    if is_set_up(name):
        return
    # Lock an existing file, so that no lock file is left behind.
    with (ROOT / SETS[name][0]).open() as lock:
        if not has_taken(lock):
            say("another dev.py is setting up .venv, waiting ...")
            while not has_taken(lock):
                time.sleep(0.1)
        if not is_set_up(name):
            install(name)


def has_taken(lock: IO[str]) -> bool:
    """Try to take the lock; the operating system releases it when its owner exits."""
    # Windows has no fcntl, and some file systems do not support locks.
    with contextlib.suppress(ImportError, OSError):
        import fcntl

        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):
            return False
    return True


def is_set_up(name: str | None) -> bool:
    """Return whether .venv is complete and, unless `name` is None, has that set installed."""
    whole = VENV_PYTHON.exists() and UNFINISHED not in read_stamp()
    return whole and (name is None or read_stamp().get(name) == digest(name))


def install(name: str) -> None:
    """Install a set of requirements into .venv; create .venv first if it is missing."""
    if not is_set_up(None):
        make_venv()
    elif not can_make_venv([str(VENV_PYTHON)]):
        sys.exit("dev.py: .venv has no usable Python 3.13; delete .venv and run this again")
    kept = [other for other in SETS if is_set_up(other)]
    write_stamp([UNFINISHED])
    uv = shutil.which("uv")
    command = [str(VENV_PYTHON), "-m", "pip", "install", "--require-hashes", "-r", SETS[name][-1]]
    command = [uv, *command[2:], "--python", command[0]] if uv else command
    lock, start = (ROOT / SETS[name][-1]).read_text("utf-8"), time.monotonic()
    total = len(re.findall(r"^\S+==(?!.*sys_platform)", lock, re.MULTILINE))
    say(f"installing {total} packages into .venv ...", end="\r" if sys.stderr.isatty() else "\n")
    status = run_logged(command, total)
    if status != 0:
        write_stamp([] if status > 0 else [UNFINISHED])  # if it was killed, .venv may be broken
        sys.exit("dev.py: could not install the packages; see the error above")
    write_stamp({*kept, *(["local", "dev"] if name == "dev" else [name])})  # dev includes local
    say(f"installed {total} packages in {time.monotonic() - start:.0f} s")


def make_venv() -> None:
    """Create .venv, replacing one that was interrupted or whose Python no longer exists."""
    python = find_python()
    if VENV.exists():
        if not STAMP.exists():
            sys.exit("dev.py: .venv was not created by dev.py; delete .venv and run this again")
        shutil.rmtree(VENV)
    say(f"creating .venv with {' '.join(python)} ...")
    VENV.mkdir()
    write_stamp([UNFINISHED])
    command, uv = [*python, "-m", "venv", str(VENV)], shutil.which("uv")
    if uv:
        executable = output_of([*python, "-c", "import sys; print(sys.executable)"])
        command = [uv, "venv", "--allow-existing", "--seed", "-p", executable, str(VENV)]
    if run_logged(command) != 0:
        sys.exit("dev.py: could not create .venv; see the error above")


def run_logged(command: list[str], total: int = 0) -> int:
    """Run a command, counting the packages in a terminal; return its exit status."""
    pip = [sys.executable, "-m", "pip", "config", "get", "global.index-url"]
    index = os.environ.get("PIP_INDEX_URL") or output_of(pip)  # uv doesn't read pip's settings
    environment = {"PIP_NO_INPUT": "1", **os.environ}
    if index:
        environment.setdefault("UV_DEFAULT_INDEX", index)
    log = VENV / "install.log"
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=out)
    with process:
        while process.poll() is None:
            if total and sys.stderr.isatty():
                say(f"{progress(log.read_text('utf-8', 'replace'), total):45}", end="\r")
            time.sleep(0.1)
    if process.returncode > 0:
        print("\n" + log.read_text("utf-8", "replace")[-2000:], file=sys.stderr)
    return process.returncode


def progress(output: str, total: int) -> str:
    """Return how far an installation is, from the output so far and the folders in .venv."""
    fetched = output.count("(from -r ")  # pip prints this once for each package, uv never does
    if fetched and "\nInstalling " not in output:
        return f"downloading {min(fetched, total)} of {total} ..."
    packages = "Lib/site-packages" if os.name == "nt" else "lib/*/site-packages"
    installed = len([*VENV.glob(f"{packages}/*.dist-info")])
    return f"installing {min(installed, total)} of {total} ..."


def digest(name: str) -> str:
    """Return a hash of the files of a set of requirements."""
    contents = [(ROOT / file_name).read_bytes() for file_name in SETS.get(name, [])]
    return hashlib.sha256(b"\0".join(contents)).hexdigest()


def read_stamp() -> dict[str, str]:
    """Return the digest of each installed set."""
    try:
        return dict(line.split() for line in STAMP.read_text().splitlines())
    except (OSError, ValueError):
        return {}


def write_stamp(names: Iterable[str]) -> None:
    """Record which sets are installed."""
    STAMP.write_text("".join(f"{name} {digest(name)}\n" for name in names))


def find_python() -> list[str]:
    """Return the command of a Python that can create .venv, preferably the one running this."""
    commands = [[sys.executable], ["python3.13"], ["python3.14"], ["py", "-3.13"]]
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    commands += [[str(path)] for path in sorted(pyenv.glob("versions/*/bin/python"), reverse=True)]
    for command in [*commands, [output_of(["uv", "python", "find", ">=3.13"])]]:
        if can_make_venv(command):
            return command
    sys.exit(
        f"dev.py: needs Python 3.13 or newer with venv; this is {sys.version.split()[0]}. Get it "
        "with `uv python install 3.13`, `pyenv install 3.13`, or from https://www.python.org."
    )


def can_make_venv(command: list[str]) -> bool:
    """Return whether a command is Python 3.13 or newer that can create .venv."""
    modules = "sys" if shutil.which("uv") else "sys, venv, ensurepip"
    program = f"import {modules}; print(sys.version_info >= (3, 13))"
    return output_of([*command, "-c", program]) == "True"


def output_of(command: list[str]) -> str:
    """Return what a command prints, "" if it fails or does not exist."""
    with contextlib.suppress(OSError):
        process = subprocess.run(command, capture_output=True, check=False)
        return "" if process.returncode else process.stdout.decode("utf-8", "replace").strip()
    return ""


def say(text: str, end: str = "\n") -> None:
    """Print a message on standard error; standard output belongs to the command."""
    print(f"dev.py: {text}", file=sys.stderr, end=end, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
