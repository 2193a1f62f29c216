"""The file that says what is no part of the app in its folder."""

import os
from collections.abc import Set
from pathlib import Path

IGNORE_FILE = ".funcignore"
# Core Tools leaves these out of a package by itself (its FileSystemHelpers.GetLocalFiles); the
# compiled files of this machine are of no use elsewhere.
NEVER_DEPLOYED = frozenset(
    {".funcignore", ".git", ".gitignore", ".vscode", "__pycache__", "local.settings.json"}
)
# Wildcards and exceptions in .funcignore have no or surprising effects
# (Azure/azure-functions-core-tools #2701, #4240), so they are not allowed here.
WILD = frozenset("*?[]!/\\")


class IgnoreFileError(Exception):
    """`.funcignore` holds something else than plain names."""


def ignored_names(root: Path) -> frozenset[str]:
    """Return the names that `.funcignore` keeps out, one a line; `#` begins a comment line.

    A name keeps out every file and folder that is called so. Raises IgnoreFileError.
    """
    try:
        lines = (root / IGNORE_FILE).read_text("utf-8").splitlines()
    except FileNotFoundError:
        lines = []
    names = {line.strip() for line in lines if line.strip() and not line.startswith("#")}
    for name in names:
        if WILD & set(name):
            raise IgnoreFileError(f"{IGNORE_FILE}: {name} is not a plain name")
    return frozenset(names) | NEVER_DEPLOYED


def files_below(root: Path, folder: str, ignored: Set[str]) -> list[str]:
    """Return the files in `folder` and below that are not called by an ignored name.

    `folder` and the answer are relative to `root`, with forward slashes.
    """
    found: list[str] = []
    for place, folders, files in os.walk(root / folder):
        folders[:] = [name for name in folders if name not in ignored]
        # Plain text and no Path: the watcher asks several times a second.
        inside = place[len(str(root)) :].replace(os.sep, "/").lstrip("/")
        here = f"{inside}/" if inside else ""
        found += [here + name for name in files if name not in ignored]
    return found
