"""`python -m commands.check`: run every check, even after a failure.

Exit status: 0 if all passed, 1 if any failed (the last line names them), 2 for incorrect usage.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
STEPS = {
    "format": ["ruff", "format", "--check"],
    "lint": ["ruff", "check"],
    "types": ["pyright", "--pythonpath", sys.executable],
    "types of deskphone": ["pyright", "--pythonpath", sys.executable, "-p", "deskphone"],
    "tests": ["pytest", "--all"],
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the checks selected on the command line; return the exit status."""
    parser = argparse.ArgumentParser(prog="python3 dev.py check", description="Run every check.")
    parser.add_argument("--no-tests", action="store_true", help="skip the tests")
    names = [*STEPS][: -1 if parser.parse_args(arguments).no_tests else None]
    failed = [name for name in names if not passes(name)]
    print(f"failed: {', '.join(failed)}" if failed else "all checks passed")
    return 1 if failed else 0


def passes(name: str) -> bool:
    """Run one check; return whether it passed."""
    print(f"== {name}", flush=True)
    environment = {**os.environ, "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"}  # don't look for updates
    command = [sys.executable, "-m", *STEPS[name]]
    return subprocess.call(command, cwd=ROOT, env=environment) == 0  # noqa: S603 - our own tools


if __name__ == "__main__":
    sys.exit(main())
