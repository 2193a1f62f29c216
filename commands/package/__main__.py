"""`python -m commands.package`: write dist/app.zip and, with the same files, the folder dist/app.

They hold the app as it is committed, and the packages of requirements.txt for the machines of
Azure. What is not committed is left out. Exit status: 0, 1 when it cannot be made, 2 for wrong
usage.
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
from commands.package.wheels import packages, total_bytes
from commands.terminal import accept_any_encoding

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = "requirements.txt"
# Where the worker of Azure Functions looks for packages, below the app's folder.
SITE_PACKAGES = ".python_packages/lib/site-packages"
# GetHealth reads it.
BUILD_FILE = "build.json"
PYTHONS = ("3.13", "3.14")
# As infra/main.bicepparam reads it.
PYTHON_SETTING = "APP_PYTHON_VERSION"
NAMED = 5


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """Do what the command line says; return the exit status."""
    accept_any_encoding()
    parser = argparse.ArgumentParser(prog="python3 dev.py package", description=__doc__)
    # azd hands its values to the command as variables.
    wanted = os.environ.get(PYTHON_SETTING) or PYTHONS[0]
    help_text = f"the version that Azure runs; else {PYTHON_SETTING}, else {PYTHONS[0]}"
    parser.add_argument("--python", choices=PYTHONS, default=wanted, help=help_text)
    python: str = parser.parse_args(arguments).python
    if python not in PYTHONS:
        parser.error(f"{PYTHON_SETTING} is {python}, and not one of {', '.join(PYTHONS)}")
    archive, folder = root / "dist" / "app.zip", root / "dist" / "app"
    try:
        remove(archive)
        remove(folder)
        commit = Commit(root)
        files = package_files(commit, python)
        archive.parent.mkdir(exist_ok=True)
        write_folder(files, folder)
        write_zip(files, archive)
    except (CommandError, OSError) as error:
        print(f"package: {error}", file=sys.stderr)
        return 1
    print(
        f"dist/app.zip: commit {commit.id[:12]}, Python {python}, {len(files)} files, "
        f"{archive.stat().st_size / 1e6:.1f} MB, unpacked {total_bytes(files) / 1e6:.1f} MB"
    )
    if left_out := commit.uncommitted():
        print(f"left out, since it is not committed: {listed(left_out)}")
    return 0


def package_files(commit: Commit, python: str) -> dict[str, bytes]:
    """Return the content of each file of the package, by its name. Raise CommandError."""
    names = app_files(commit.names())
    committed = commit.read([*names, REQUIREMENTS])
    lock = committed.pop(REQUIREMENTS)
    build = json.dumps({"commit": commit.id, "python": python}) + "\n"
    wheels = packages(lock, python)
    return {
        **committed,
        BUILD_FILE: build.encode(),
        **{f"{SITE_PACKAGES}/{name}": content for name, content in wheels.items()},
    }


def listed(names: Sequence[str]) -> str:
    """Return the first of the names, and how many more there are."""
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more} more" if more > 0 else "")


if __name__ == "__main__":
    sys.exit(main())
