#!/usr/bin/env python3
# pyright: basic
"""The menu of the project: python3 dev.py --help. Needs nothing but Python, even an old one."""

# Written for Python 2.7 and later, without f-strings and annotations: whoever has an old Python
# should read a sentence and no SyntaxError. The real work runs in .venv with Python 3.13.
from __future__ import print_function

import errno
import glob
import hashlib
import os
import shutil
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.abspath(__file__))
VENV = os.path.join(ROOT, ".venv")
VENV_PYTHON = os.path.join(VENV, "Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = os.path.join(VENV, ".requirements")  # what is installed: one "set digest" a line
UNFINISHED = "unfinished"  # a set that is noted while .venv is being made or changed

# Each set is the files that decide it; the last one holds them all, and is what pip installs.
SETS = {
    "local": ["requirements.txt", "requirements-local.txt"],
    "dev": ["requirements.txt", "requirements-local.txt", "requirements-dev.txt"],
}

# Commands that go on as a program: the set of requirements, then what Python of .venv runs.
PROGRAMS = {
    "start": ("local", ["-m", "local_stack"]),
    "test": ("dev", ["-m", "pytest"]),
    "sign": ("local", ["-m", "local_stack.sign"]),
    "secrets": ("local", ["-m", "commands.secrets"]),
    "wire": ("local", ["-m", "commands.wire"]),
    "doctor": ("local", ["-m", "commands.doctor"]),
    "new": ("dev", ["-m", "commands.new"]),
    "lock": ("dev", ["-m", "commands.lock"]),
    "screenshot": ("dev", [os.path.join("docs", "screenshot.py")]),
}

HELP = """\
usage: python3 dev.py COMMAND [OPTIONS]

  start [--port N] [--phone-port N] [--clock system|manual] [--root DIR] [--settings FILE]
                          run the functions (7071) and the phone in your browser (7072)
  test [PYTEST OPTIONS]   run the tests; -m soak runs the long trials
  check [--no-tests]      format, lint, types and tests: what must pass before a commit
  sign URL [NAME=VALUE ...] [--json BODY] [--func-start] [--shared-key]
                          print the X-Twilio-Signature header for a request to URL
  secrets [--vault URL] [--local] [--replace NAME] [--copy FROM TO]
                          ask for the secrets that a Key Vault lacks, and write them there
  wire [NUMBER] [OPTIONS] lead the calls and texts of a Twilio number to the app; --undo
  doctor [--url URL] [--key KEY] [--local] [--settings FILE] [--json]
                          say what is wrong with a desk or a deployment, and what to do
  new NAME                make a function that passes every check, like TwimlOpeningHours
  lock [--upgrade] [--upgrade-package NAME]
                          pin every package with its hashes, after a change of requirements*.in
  screenshot              make the pictures of the README from the running product
  python                  say which Python is used
Sets up .venv by itself, and again when a requirements file changes.\
"""

MAKE_VENV = """import runpy, signal; signal.signal(signal.SIGINT, signal.SIG_DFL)
runpy.run_module("venv", {}, "__main__")"""  # without a traceback on Ctrl-C


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
    except EnvironmentError as error:
        print("dev.py: cannot use %s: %s" % (error.filename, error.strerror), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ndev.py: interrupted", file=sys.stderr)
        return 130


def run(name, arguments):
    """Run a command by its name; 2 is the exit status when there is none."""
    if name == "start" and {"-h", "--help"} & set(arguments):
        print("usage: python3 dev.py " + HELP[HELP.index("start") : HELP.index("\n  test")])
        return 0
    if name in PROGRAMS:
        requirements, command = PROGRAMS[name]
        set_up(requirements)
        return become(command + arguments)
    if name == "check":
        return check(arguments)
    if name == "python":
        print(" ".join(find_python()))
        return 0
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


def become(arguments):
    """Go on as the Python of .venv, so that signals reach it and its exit status is ours."""
    os.chdir(ROOT)
    if os.name == "posix":  # on Windows exec would return to the shell at once
        os.execv(VENV_PYTHON, [VENV_PYTHON] + arguments)  # noqa: S606 - our own interpreter
    return subprocess.call([VENV_PYTHON] + arguments)


def set_up(name):
    """Make .venv hold the set of requirements called `name`; quick when it already does."""
    if is_set_up(name):
        return
    # The lock is on a file that is there anyway, so that none is left behind.
    with open(os.path.join(ROOT, SETS[name][0])) as lock:
        if not has_taken(lock):
            say("another dev.py is setting up .venv, waiting ...")
            while not has_taken(lock):
                time.sleep(0.1)
        if not is_set_up(name):
            install(name)


def has_taken(lock):
    """Take the lock unless another process has it; the system frees it when its owner ends."""
    try:
        fcntl = __import__("fcntl")  # Windows has none
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (ImportError, EnvironmentError) as error:
        return getattr(error, "errno", None) not in (errno.EACCES, errno.EAGAIN)
    return True


def is_set_up(name):
    """Tell whether .venv is whole and, if `name` is not None, holds that set of requirements."""
    stamp = read_stamp()
    whole = os.path.exists(VENV_PYTHON) and UNFINISHED not in stamp
    return whole and (name is None or stamp.get(name) == digest(name))


def install(name):
    """Install a set of requirements into .venv, which is made where it is missing."""
    if not is_set_up(None):
        make_venv()
    elif not can_make_venv([VENV_PYTHON]):
        raise SetUpError("dev.py: .venv has no Python 3.13 with pip; remove it and run this again")
    write_stamp([UNFINISHED])
    say("installing %s into .venv ..." % SETS[name][-1])
    pip = [VENV_PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    status = subprocess.call(pip + ["--no-input", "-r", SETS[name][-1]], cwd=ROOT)
    if status != 0:
        write_stamp([] if status > 0 else [UNFINISHED])  # .venv stays good unless pip was killed
        raise SetUpError("dev.py: the packages could not be installed; pip says why above")
    write_stamp(["local", "dev"] if name == "dev" else [name])  # dev contains local


def make_venv():
    """Make .venv, or make it anew where an interrupted run or a vanished Python left a ruin."""
    python = find_python()
    if os.path.exists(VENV):
        if not os.path.exists(STAMP):
            raise SetUpError("dev.py: .venv has no Python of its own; remove it and run this again")
        shutil.rmtree(VENV)
    say("making .venv with %s ..." % " ".join(python))
    os.mkdir(VENV)
    write_stamp([UNFINISHED])
    if subprocess.call(python + ["-c", MAKE_VENV, VENV]) != 0:
        raise SetUpError("dev.py: .venv could not be made; the message is above")


def digest(name):
    """Return what the requirements of a set are, as one short word."""
    content = hashlib.sha256()
    for file_name in SETS.get(name, []):
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


def write_stamp(names):
    """Note which sets are installed now."""
    with open(STAMP, "w") as stamp:
        stamp.writelines("%s %s\n" % (name, digest(name)) for name in names)


def find_python():
    """Return the command of a Python that can make .venv: this one first, then others."""
    commands = [[sys.executable], ["python3.13"], ["python3.14"], ["py", "-3.13"]]
    pyenv = os.environ.get("PYENV_ROOT") or os.path.expanduser("~/.pyenv")
    installed = glob.glob(os.path.join(pyenv, "versions", "*", "bin", "python"))
    commands += [[python] for python in sorted(installed, reverse=True)]
    for command in commands + [[output_of(["uv", "python", "find", ">=3.13"])]]:
        if can_make_venv(command):
            return command
    raise SetUpError(
        "dev.py: needs Python 3.13 or newer, with venv; this is %d.%d and no other was found. Get "
        "one with `uv python install 3.13`, `pyenv install 3.13` or from https://www.python.org."
        % sys.version_info[:2]
    )


def can_make_venv(command):
    """Tell whether a command is a Python that is new enough and has venv with pip."""
    program = "import sys, venv, ensurepip; print(sys.version_info >= (3, 13))"
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


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
