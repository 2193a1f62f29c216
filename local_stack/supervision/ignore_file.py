"""Read `.funcignore`, which excludes files from the app."""

import os
from collections.abc import Set
from pathlib import Path

IGNORE_FILE = ".funcignore"
# Core Tools always leaves these out of a package (its FileSystemHelpers.GetLocalFiles). Compiled
# files don't work on other machines.
NEVER_DEPLOYED = frozenset(
    {".funcignore", ".git", ".gitignore", ".vscode", "__pycache__", "local.settings.json"}
)
# Wildcards and exceptions in .funcignore don't work as expected
# (Azure/azure-functions-core-tools #2701, #4240), so they are ignored here.
WILD = frozenset("*?[]!/\\")


def plain_names(root: Path) -> frozenset[str]:
    """Return the names in `.funcignore` that have no wildcards, and those never deployed."""
    try:
        lines = (root / IGNORE_FILE).read_text("utf-8").splitlines()
    except (OSError, ValueError):
        lines = []
    names = (line.strip().rstrip("/") for line in lines if not line.startswith("#"))
    return NEVER_DEPLOYED | {name for name in names if name and not WILD & set(name)}


def files_below(root: Path, folder: str, ignored: Set[str]) -> list[str]:
    """Return the files in `folder` and its subfolders, except those with an ignored name.

    `folder` and the result are relative to `root`, with forward slashes.
    """
    found: list[str] = []
    for place, folders, files in os.walk(root / folder):
        folders[:] = [name for name in folders if name not in ignored]
        # Strings instead of Path objects, because the watcher polls several times a second.
        inside = place[len(str(root)) :].replace(os.sep, "/").lstrip("/")
        here = f"{inside}/" if inside else ""
        found += [here + name for name in files if name not in ignored]
    return found
