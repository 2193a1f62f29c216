#!/usr/bin/env python3
# pyright: basic
"""The menu of the project. Needs nothing but Python; an old one can still say what it needs.

python3 dev.py start      the functions and a phone in your browser
python3 dev.py --help     everything else
"""

# Written for Python 2.7 and later, without f-strings and annotations: whoever has an old Python
# should read a sentence and no SyntaxError. The real work runs in .venv with Python 3.13.
from __future__ import print_function

import hashlib
import os
import shutil
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.abspath(__file__))
VENV = os.path.join(ROOT, ".venv")
BIN = os.path.join(VENV, "Scripts" if os.name == "nt" else "bin")
VENV_PYTHON = os.path.join(BIN, "python.exe" if os.name == "nt" else "python")
STAMP = os.path.join(VENV, ".requirements")  # what is installed: one "set digest" a line
UNFINISHED = os.path.join(VENV, ".unfinished")  # there while .venv is being made or changed
NEEDED = (3, 13)

# Each set is the files that it is made of; the last one is what pip is told to install.
SETS = {
    "local": ["requirements.txt", "requirements-local.txt"],
    "dev": ["requirements.txt", "requirements-local.txt", "requirements-dev.txt"],
}

# Commands that go on as a program: the set of requirements, then what Python of .venv runs.
PROGRAMS = {
    "start": ("local", ["-m", "emulator"]),
    "test": ("dev", ["-m", "pytest"]),
    "sign": ("local", ["-m", "emulator.sign"]),
    "screenshot": ("dev", [os.path.join("docs", "screenshot.py")]),
}

HELP = """\
usage: python3 dev.py COMMAND [OPTIONS]

  start [--port N] [--phone-port N] [--clock system|manual]
                          run the functions (7071) and the phone in your browser (7072)
  test [PYTEST OPTIONS]   run the tests; -m soak runs the long trials
  check [--no-tests]      format, lint, types and tests: what must pass before a commit
  sign URL [NAME=VALUE ...] [--json BODY] [--func-start]
                          print the X-Twilio-Signature header for a request to URL
  screenshot              make the pictures of the README from the running product
  python                  say which Python is used

Sets up .venv by itself, and again when a requirements file changes.\
"""

MISSING_PYTHON = (
    "dev.py: needs Python 3.13 or newer, with venv; this is %d.%d and no other was found. "
    "Get one with `uv python install 3.13`, `pyenv install 3.13` or from https://www.python.org."
)


class SetUpError(Exception):
    """What the user has to know before anything can run, in one line."""


def main(arguments):
    """Do what the command line says; return the exit status."""
    name, rest = (arguments[0], arguments[1:]) if arguments else ("--help", [])
    if name in ("-h", "--help", "help"):
        print(HELP)
        return 0
    try:
        return run(name, rest)
    except SetUpError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ndev.py: interrupted", file=sys.stderr)
        return 130


def run(name, arguments):
    """Run a command by its name; 2 is the exit status when there is none."""
    if name in PROGRAMS:
        requirements, command = PROGRAMS[name]
        set_up(requirements)
        return become(command + arguments)
    if name == "check":
        return check(arguments)
    if name == "python":
        return show_python()
    print("dev.py: there is no command %s\n\n%s" % (name, HELP), file=sys.stderr)
    return 2


def check(arguments):
    """Run every check, also after one has failed, and say at the end which did."""
    if arguments not in ([], ["--no-tests"]):
        raise SetUpError("dev.py: check takes no option but --no-tests")
    set_up("dev")
    steps = [
        ("format", ["-m", "ruff", "format", "--check"]),
        ("lint", ["-m", "ruff", "check"]),
        ("types", ["-m", "pyright", "--pythonpath", VENV_PYTHON]),
        ("tests", ["-m", "pytest"]),
    ]
    environment = dict(os.environ, PYRIGHT_PYTHON_IGNORE_WARNINGS="1")  # it would ask for news
    failed = []
    for name, command in steps[: 3 if arguments else 4]:
        print("== %s" % name)
        sys.stdout.flush()
        if subprocess.call([VENV_PYTHON] + command, cwd=ROOT, env=environment) != 0:
            failed.append(name)
    print("failed: %s" % ", ".join(failed) if failed else "all checks passed")
    return 1 if failed else 0


def show_python():
    """Say which Python .venv is made with."""
    print(" ".join(find_python()))
    return 0


def become(arguments):
    """Go on as the Python of .venv, so that signals reach it and its exit status is ours."""
    os.chdir(ROOT)
    command = [VENV_PYTHON] + arguments
    if os.name == "posix":  # on Windows exec would return to the shell at once
        os.execv(VENV_PYTHON, command)  # noqa: S606 - our own interpreter
    return subprocess.call(command)


def set_up(name):
    """Make .venv hold the set of requirements called `name`; quick when it already does."""
    whole = os.path.exists(VENV_PYTHON) and not os.path.exists(UNFINISHED)
    if whole and read_stamp().get(name) == digest(name):
        return
    started = time.time()
    if not whole:
        make_venv()
    elif not can_make_venv([VENV_PYTHON]):
        raise SetUpError("dev.py: .venv has no Python 3.13 with pip; remove it and run this again")
    open(UNFINISHED, "w").close()  # from now on, until all is done, .venv counts as half made
    say("installing %s into .venv ..." % SETS[name][-1])
    install = [VENV_PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    if subprocess.call(install + ["--no-input", "-r", SETS[name][-1]], cwd=ROOT) != 0:
        raise SetUpError("dev.py: the packages could not be installed; pip says why above")
    write_stamp(name)
    os.remove(UNFINISHED)
    say("done in %d s" % (time.time() - started))


def make_venv():
    """Make .venv, or make it anew where an interrupted run or a vanished Python left a ruin."""
    ours = os.path.exists(UNFINISHED) or os.path.exists(STAMP)
    if os.path.exists(VENV) and not ours:
        raise SetUpError("dev.py: .venv has no Python of its own; remove it and run this again")
    python = find_python()
    say("making .venv with %s ..." % " ".join(python))
    shutil.rmtree(VENV, ignore_errors=True)
    os.mkdir(VENV)
    open(UNFINISHED, "w").close()
    if subprocess.call(python + ["-m", "venv", VENV]) != 0:
        raise SetUpError("dev.py: .venv could not be made; the message is above")


def digest(name):
    """Return what the requirements of a set are, as one short word."""
    content = hashlib.sha256()
    for file_name in SETS[name]:
        with open(os.path.join(ROOT, file_name), "rb") as requirements:
            content.update(requirements.read() + b"\0")
    return content.hexdigest()


def read_stamp():
    """Return the digest of each set that is installed."""
    try:
        with open(STAMP) as stamp:
            return dict(line.split() for line in stamp)
    except (IOError, ValueError):
        return {}


def write_stamp(name):
    """Note what is installed now; the set for tests contains the one for start."""
    names = ["local", "dev"] if name == "dev" else [name]
    with open(STAMP, "w") as stamp:
        stamp.writelines("%s %s\n" % (each, digest(each)) for each in names)


def find_python():
    """Return the command of a Python that can make .venv: this one first, then others."""
    if sys.version_info >= NEEDED and can_make_venv([sys.executable]):
        return [sys.executable]
    for command in candidates():
        if can_make_venv(command):
            return command
    raise SetUpError(MISSING_PYTHON % sys.version_info[:2])


def candidates():
    """Yield commands that may be a new enough Python."""
    yield ["python3.13"]
    yield ["python3.14"]
    if os.name == "nt":
        yield ["py", "-3.13"]
    pyenv = os.environ.get("PYENV_ROOT") or os.path.expanduser("~/.pyenv")
    versions = os.path.join(pyenv, "versions")
    if os.path.isdir(versions):
        for version in sorted(os.listdir(versions), reverse=True):
            yield [os.path.join(versions, version, "bin", "python")]
    found = output_of(["uv", "python", "find", ">=3.13"])
    if found:
        yield [found]


def can_make_venv(command):
    """Tell whether a command is a Python that is new enough and has venv with pip."""
    program = "import sys, venv, ensurepip; print(sys.version_info >= %r)" % (NEEDED,)
    return output_of(command + ["-c", program]) == "True"


def output_of(command):
    """Return what a command prints, "" when it fails or does not exist."""
    try:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    except OSError:
        return ""
    output = process.communicate()[0].decode("utf-8", "replace").strip()
    return output if process.returncode == 0 else ""


def say(text):
    """Show progress; not on standard output, which belongs to the command."""
    print("dev.py: " + text, file=sys.stderr)
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
