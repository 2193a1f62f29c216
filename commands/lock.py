"""`python -m commands.lock`: write the requirements files anew from the lists kept by hand.

`requirements.in` names the packages that are deployed, `requirements-local.in` and
`requirements-dev.in` what comes on top of them on a desk. The Azure CLI, which a test installs on
its own, has a list in `tests/docs/azure_cli`. Each gets a file of the same name that ends in
`.txt`: these packages and all that they bring, each with its one version and the SHA-256 of every
file of it, for each system and for Python 3.13 and later. What is locked stays as it is unless a
list says otherwise; `--upgrade` and `--upgrade-package NAME` move what the lists leave open. pip
installs no file whose hash is missing (pip's "Secure installs").

Needs the package index, the one that pip is told to use. Exit status: that of uv, which says
what is wrong; 0 when all is written, 2 for wrong usage.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SETS = ("requirements", "requirements-local", "requirements-dev")  # each contains the one before
TOOLS = ("tests/docs/azure_cli/requirements",)  # each for a virtual environment of its own
OPTIONS = ("--universal", "--generate-hashes", "--python-version", "3.13")
# Dependabot reads its options from this line, too.
HEADER = f"python3 dev.py lock (uv pip compile {' '.join(OPTIONS)})"


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """Do what the command line says; return the exit status."""
    upgrades = read_upgrades(arguments)
    environment = environment_for_uv(os.environ, index_of_pip())
    for name in (*SETS, *TOOLS):
        done = subprocess.run(  # noqa: S603 - uv of .venv, with a list of our own
            compile_command(name, upgrades), cwd=root, env=environment, check=False
        )
        if done.returncode != 0:
            return done.returncode
        print(f"{name}.txt is what {name}.in asks for")
    print("The next `python3 dev.py` command installs what has changed.")
    return 0


def read_upgrades(arguments: Sequence[str] | None) -> list[str]:
    """The options for uv that the user has given."""
    parser = argparse.ArgumentParser(prog="python3 dev.py lock", description="Lock all packages.")
    parser.add_argument("--upgrade", action="store_true", help="take the newest that is allowed")
    parser.add_argument("--upgrade-package", metavar="NAME", action="append", default=[])
    given = parser.parse_args(arguments)
    upgrades = ["--upgrade"] if given.upgrade else []
    return upgrades + [f"--upgrade-package={name}" for name in given.upgrade_package]


def compile_command(name: str, upgrades: Sequence[str]) -> list[str]:
    """The command that writes the file of a set."""
    from uv import find_uv_bin

    return [
        *(find_uv_bin(), "pip", "compile", "--quiet", *OPTIONS, *upgrades),
        *("--no-emit-index-url", "--custom-compile-command", HEADER),
        *(f"{name}.in", "--output-file", f"{name}.txt"),
    ]


def index_of_pip() -> str:
    """The address of the package index that pip is told to use, "" for its own default."""
    done = subprocess.run(
        [sys.executable, "-m", "pip", "config", "get", "global.index-url"],
        capture_output=True,
        text=True,
        check=False,
    )
    return os.environ.get("PIP_INDEX_URL", "") or done.stdout.strip()


def environment_for_uv(environment: Mapping[str, str], index: str) -> dict[str, str]:
    """The environment in which uv asks the same index as pip, unless it is told of another.

    The address may hold a password, so it is no argument, which others on the machine could read.
    """
    return {**({"UV_DEFAULT_INDEX": index} if index else {}), **environment}


if __name__ == "__main__":
    sys.exit(main())
