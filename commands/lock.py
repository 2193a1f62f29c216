"""`python -m commands.lock`: regenerate the lock files from the lists of direct dependencies.

`requirements.in` lists the deployed packages; `requirements-local.in` and `requirements-dev.in`
add what you need locally. `requirements-opentelemetry.in` lists what the app deploys with
OPENTELEMETRY=true. `requirements-docs.in` lists what builds the documentation site. The
Azure CLI, which a test installs separately, has a list in `tests/docs/azure_cli`. Each list is
compiled to a `.txt` file with the same name: all packages and their dependencies with exact
versions and SHA-256 hashes, for every operating system and Python 3.13 or later. Locked versions
stay the same unless a list requires a change; `--upgrade` and `--upgrade-package NAME` update them.
pip rejects any file without a matching hash (see pip's "Secure installs").

Uses the package index configured for pip. Exit status: that of uv, which prints the error; 0 if
everything was written, 2 for incorrect usage.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SETS = ("requirements", "requirements-local", "requirements-dev")  # each includes the previous one
EXTRAS = ("requirements-opentelemetry",)  # the first set, and what an option adds to the app
TOOLS = ("requirements-docs", "tests/docs/azure_cli/requirements")  # each stands alone
OPTIONS = ("--universal", "--generate-hashes", "--python-version", "3.13")
# Dependabot reads its options from this line.
HEADER = f"python3 dev.py lock (uv pip compile {' '.join(OPTIONS)})"


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """Run the command line; return the exit status."""
    upgrades = read_upgrades(arguments)
    environment = environment_for_uv(os.environ, index_of_pip())
    for name in (*SETS, *EXTRAS, *TOOLS):
        done = subprocess.run(  # noqa: S603 - uv of .venv, with a list of our own
            compile_command(name, upgrades), cwd=root, env=environment, check=False
        )
        if done.returncode != 0:
            return done.returncode
        print(f"{name}.txt is up to date with {name}.in")
    print("The next `python3 dev.py` command installs any changes.")
    return 0


def read_upgrades(arguments: Sequence[str] | None) -> list[str]:
    """Return the uv options for the command line."""
    parser = argparse.ArgumentParser(
        prog="python3 dev.py lock", description="Pin every package, with its hashes."
    )
    parser.add_argument("--upgrade", action="store_true", help="use the newest allowed versions")
    parser.add_argument("--upgrade-package", metavar="NAME", action="append", default=[])
    given = parser.parse_args(arguments)
    upgrades = ["--upgrade"] if given.upgrade else []
    return upgrades + [f"--upgrade-package={name}" for name in given.upgrade_package]


def compile_command(name: str, upgrades: Sequence[str]) -> list[str]:
    """Return the command that writes the lock file of a set."""
    from uv import find_uv_bin

    return [
        *(find_uv_bin(), "pip", "compile", "--quiet", *OPTIONS, *upgrades),
        *("--no-emit-index-url", "--custom-compile-command", HEADER),
        *(f"{name}.in", "--output-file", f"{name}.txt"),
    ]


def index_of_pip() -> str:
    """Return the URL of the package index configured for pip, "" for the default."""
    done = subprocess.run(
        [sys.executable, "-m", "pip", "config", "get", "global.index-url"],
        capture_output=True,
        text=True,
        check=False,
    )
    return os.environ.get("PIP_INDEX_URL", "") or done.stdout.strip()


def environment_for_uv(environment: Mapping[str, str], index: str) -> dict[str, str]:
    """Return the environment in which uv uses pip's index, unless it has its own setting.

    Not an argument: the URL may contain a password, and other users can read command lines.
    """
    return {**({"UV_DEFAULT_INDEX": index} if index else {}), **environment}


if __name__ == "__main__":
    sys.exit(main())
