"""`python -m commands.package`: build dist/app.zip and the dist/app folder, with the same files.

They contain the app from the current commit, and the packages of requirements.txt for Azure's
machines, or those of requirements-opentelemetry.txt with `--opentelemetry`. Uncommitted changes are
left out. Exit status: 0, 1 if the build fails, 2 for incorrect usage.
"""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from commands.errors import CommandError
from commands.package.commit import Commit
from commands.package.contents import app_files
from commands.package.output import remove, write_folder, write_zip
from commands.package.wheels import packages
from commands.terminal import accept_any_encoding

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = "requirements.txt"
TRACED_REQUIREMENTS = "requirements-opentelemetry.txt"
# Where the Azure Functions worker looks for packages in the app's folder.
SITE_PACKAGES = ".python_packages/lib/site-packages"
# Read by GetHealth.
BUILD_FILE = "build.json"
PYTHONS = ("3.13", "3.14")
# As infra/main.bicepparam reads them.
PYTHON_SETTING = "APP_PYTHON_VERSION"
TRACING_SETTING = "OPENTELEMETRY"
NAMED = 5
DESCRIPTION = (
    "Build dist/app.zip, and the dist/app folder with the same files: the app from the current "
    "commit and its packages, for Azure. Uncommitted changes are left out."
)


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """Run the command line; return the exit status."""
    accept_any_encoding()
    parser = argparse.ArgumentParser(prog="python3 dev.py package", description=DESCRIPTION)
    # azd passes its values as environment variables.
    wanted = os.environ.get(PYTHON_SETTING) or PYTHONS[0]
    help_text = f"Azure's Python version; default {PYTHON_SETTING} or {PYTHONS[0]}"
    parser.add_argument("--python", choices=PYTHONS, default=wanted, help=help_text)
    is_traced = os.environ.get(TRACING_SETTING) or "false"
    help_text = f"add OpenTelemetry; default {TRACING_SETTING} (true or false)"
    parser.add_argument("--opentelemetry", action="store_true", help=help_text)
    options = parser.parse_args(arguments)
    python: str = options.python
    if python not in PYTHONS:
        parser.error(f"{PYTHON_SETTING} is {python}, but must be {' or '.join(PYTHONS)}")
    if is_traced not in ("true", "false"):
        parser.error(f"{TRACING_SETTING} is {is_traced}, but must be true or false")
    traced = options.opentelemetry or is_traced == "true"
    archive, folder = root / "dist" / "app.zip", root / "dist" / "app"
    try:
        remove(archive)
        remove(folder)
        commit = Commit(root)
        files = package_files(commit, python, TRACED_REQUIREMENTS if traced else REQUIREMENTS)
        archive.parent.mkdir(exist_ok=True)
        write_folder(files, folder)
        write_zip(files, archive)
    except (CommandError, OSError) as error:
        print(f"package: {error}", file=sys.stderr)
        return 1
    unpacked = sum(map(len, files.values()))
    print(
        f"dist/app.zip: commit {commit.id[:12]}, Python {python}, "
        f"{'OpenTelemetry, ' if traced else ''}{len(files)} files, "
        f"{archive.stat().st_size / 1e6:.1f} MB, unpacked {unpacked / 1e6:.1f} MB"
    )
    if left_out := commit.uncommitted():
        print(f"left out because not committed: {listed(left_out)}")
    return 0


def package_files(
    commit: Commit, python: str, requirements: str = REQUIREMENTS
) -> dict[str, bytes]:
    """Return the content of each file in the package, by name. Raise CommandError.

    `requirements` is the name of the lock file with its packages.
    """
    names = app_files(commit.names())
    committed = commit.read([*names, requirements])
    lock = committed.pop(requirements)
    build = json.dumps({"commit": commit.id, "python": python}) + "\n"
    wheels = packages(lock, python)
    return {
        **committed,
        BUILD_FILE: build.encode(),
        **{f"{SITE_PACKAGES}/{name}": content for name, content in wheels.items()},
    }


def listed(names: Sequence[str]) -> str:
    """Return the first few names and how many more there are."""
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more} more" if more > 0 else "")


if __name__ == "__main__":
    sys.exit(main())
