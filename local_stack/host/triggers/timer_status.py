"""Remember the ticks of an app's timers, so that one that is missed runs at the next start.

Azure keeps this in a blob. Here it is a file in the temporary folder: it survives the end of the
local stack, and nothing is written into the app's folder, whose files restart the host.
"""

import contextlib
import hashlib
import json
import logging
import os
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, cast

log = logging.getLogger("host")

FIRST = datetime.min.replace(tzinfo=UTC)
"""Azure's value for a timer that has never run."""
NEVER = datetime.max.replace(tzinfo=UTC)
"""Azure's value for a timer that has no next tick."""


@dataclass(frozen=True)
class TimerStatus:
    """When a timer ran, when it runs next, and when this was written."""

    last: datetime
    next: datetime
    updated: datetime

    def document(self) -> dict[str, str]:
        """Return it with the names that functions see."""
        return {
            "Last": self.last.isoformat(),
            "Next": self.next.isoformat(),
            "LastUpdated": self.updated.isoformat(),
        }


class TimerStatuses:
    """The status of each timer of an app, in a file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock: IO[bytes] | None = None

    def claim(self) -> bool:
        """Return whether this process may run the timers; only one at a time may.

        A host that is replaced keeps its claim until its last run has ended.
        """
        if self._lock is not None:
            return True
        lock = None
        try:
            import fcntl

            lock = self._path.with_suffix(".lock").open("ab")
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if lock is not None:
                lock.close()
            return False
        except (ImportError, OSError):
            return True  # Windows, or a folder without locks
        self._lock = lock
        return True

    def release(self) -> None:
        """Let another process run the timers."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def read(self, function: str) -> TimerStatus | None:
        """Return a timer's status, None if there is none."""
        entry = self._entries().get(function)
        if not isinstance(entry, dict):
            return None
        with contextlib.suppress(KeyError, TypeError, ValueError):
            moments = [
                datetime.fromisoformat(cast(dict[str, Any], entry)[name]).astimezone(UTC)
                for name in ("Last", "Next", "LastUpdated")
            ]
            return TimerStatus(*moments)
        return None

    def write(self, function: str, status: TimerStatus) -> None:
        """Store a timer's status."""
        entries = self._entries() | {function: status.document()}
        try:
            # A new file in its place: another user's link there is never followed.
            handle, name = tempfile.mkstemp(dir=self._path.parent)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(entries, file)
            Path(name).replace(self._path)
        except OSError as error:
            log.warning("can't detect missed timer runs: %s", error)

    def _entries(self) -> dict[str, object]:
        try:
            value: object = json.loads(self._path.read_text("utf-8"))
        except (OSError, ValueError, RecursionError):
            return {}
        return cast(dict[str, object], value) if isinstance(value, dict) else {}


def status_path(root: Path) -> Path:
    """Return the file for the app in `root`."""
    name = hashlib.sha256(os.fsencode(root.resolve())).hexdigest()[:16]
    return Path(tempfile.gettempdir(), f"local-stack-timers-{name}.json")
