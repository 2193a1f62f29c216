"""Watch the app's files, so that the host restarts when one changes."""

import asyncio
import os
import re
from collections.abc import Mapping, Set
from pathlib import Path

from local_stack.supervision.host_environment import SETTINGS_FILE
from local_stack.supervision.ignore_file import IGNORE_FILE, files_below, plain_names

# The folder of the app's packages changes when some are installed.
PACKAGES = ".python_packages/lib/site-packages"
SETTINGS = ("host.json", "requirements.txt", IGNORE_FILE, SETTINGS_FILE, PACKAGES)
FUNCTION_MARK = "function.json"
CODE_ENDS = ".py"
CODE_DEPTH = 2  # how many folders may lie above a folder with code
ENVIRONMENT_MARK = "pyvenv.cfg"  # a virtual environment
OTHERS_CODE = frozenset({"node_modules"})
# Hidden files, and temporary files of vim, Emacs, and the JetBrains editors.
PRIVATE = re.compile(r"\..*|.*~|#.*#|.*\.sw[a-p]|4913|.*___jb_(tmp|old)___")

# Polling the few relevant files takes about a millisecond. It works on every file system, including
# network and container mounts, where change notifications don't.
LOOK_EVERY_S = 0.2
SETTLE_S = 0.05  # an editor may write a file in several steps

# For each file: modification time in nanoseconds and size in bytes.
Snapshot = Mapping[str, tuple[int, int]]


class FileWatch:
    """Remembers the app's files and waits for a change."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._known = take_snapshot(root)

    async def change(self) -> str:
        """Wait for a change since the last call; return a description of it.

        A change between two calls isn't missed: the next call returns immediately.
        """
        while True:
            seen = await asyncio.to_thread(take_snapshot, self._root)
            if seen != self._known:
                break
            await asyncio.sleep(LOOK_EVERY_S)
        before, self._known = self._known, await self._settled(seen)
        return describe_difference(before, seen)

    async def _settled(self, seen: Snapshot) -> Snapshot:
        """Return the state when it has stopped changing."""
        while True:
            await asyncio.sleep(SETTLE_S)
            later = await asyncio.to_thread(take_snapshot, self._root)
            if later == seen:
                return later
            seen = later


def take_snapshot(root: Path) -> Snapshot:
    """Return the state of each watched file; skip files that disappear meanwhile."""
    snapshot: dict[str, tuple[int, int]] = {}
    for name in watched_files(root):
        try:
            status = os.stat(f"{root}/{name}")  # noqa: PTH116 - several times a second
        except OSError:
            continue
        snapshot[name] = (status.st_mtime_ns, status.st_size)
    return snapshot


def watched_files(root: Path) -> list[str]:
    """Return the files that affect the app, relative to `root`.

    These are the app's own settings, the modules in `root`, and all files in its functions and
    packages. Other files in `root`, such as logs and archives, don't cause a restart.
    """
    ignored = plain_names(root) | OTHERS_CODE
    found = [*SETTINGS]
    for entry in _entries(root):
        if entry.name in ignored or is_private(entry.name):
            continue
        if entry.is_dir():
            if _holds_code(entry.path, ignored, CODE_DEPTH):
                found += files_below(root, entry.name, ignored)
        elif entry.name.endswith(CODE_ENDS):
            found.append(entry.name)
    return [name for name in found if name in SETTINGS or not is_private(name)]


def _holds_code(folder: str, ignored: Set[str], depth: int) -> bool:
    """Return whether a folder is part of the app: it, or one below it, has code."""
    entries = _entries(folder)
    names = {entry.name for entry in entries}
    if ENVIRONMENT_MARK in names:
        return False
    if any(name == FUNCTION_MARK or name.endswith(CODE_ENDS) for name in names):
        return True
    return depth > 0 and any(
        entry.is_dir() and _holds_code(entry.path, ignored, depth - 1)
        for entry in entries
        if entry.name not in ignored and not is_private(entry.name)
    )


def _entries(folder: Path | str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:
        return []


def is_private(name: str) -> bool:
    """Return whether a file or one of its folders is hidden or belongs to an editor."""
    return any(PRIVATE.fullmatch(part) for part in name.split("/"))


def describe_difference(before: Snapshot, after: Snapshot) -> str:
    """Return the first changed file and how many more there are."""
    names = before.keys() | after.keys()
    first, *others = sorted(name for name in names if before.get(name) != after.get(name))
    verb = "added" if first not in before else "removed" if first not in after else "changed"
    more = f" and {len(others)} more" if others else ""
    return f"{first} {verb}{more}"
