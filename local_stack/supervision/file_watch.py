"""Watch the app's files, so that the host restarts when one changes."""

import asyncio
import os
import re
from collections.abc import Mapping
from pathlib import Path

from local_stack.supervision.host_environment import SETTINGS_FILE
from local_stack.supervision.ignore_file import (
    IGNORE_FILE,
    NEVER_DEPLOYED,
    IgnoreFileError,
    files_below,
    ignored_names,
)

SETTINGS = ("host.json", "requirements.txt", IGNORE_FILE, SETTINGS_FILE)
CODE_MARKS = ("function.json", "__init__.py")  # a folder with one of them is part of the app
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

    These are the app's own settings and all files in its functions and packages. Other files in
    `root`, such as logs and archives, don't cause a restart.
    """
    try:
        ignored = ignored_names(root)
    except (IgnoreFileError, OSError, ValueError):
        ignored = NEVER_DEPLOYED  # the next save of .funcignore may fix it
    found = list(SETTINGS)
    folders = {path.parent.name for mark in CODE_MARKS for path in root.glob(f"*/{mark}")}
    for folder in folders - ignored:
        found += files_below(root, folder, ignored)
    return [name for name in found if name in SETTINGS or not is_private(name)]


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
