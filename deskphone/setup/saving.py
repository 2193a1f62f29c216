"""The file of `--persist`: read at the start, written when something changes."""

import asyncio
import contextlib
import json
import os
from collections.abc import Callable
from pathlib import Path

from deskphone.setup.records import DamagedError
from deskphone.setup.state import State, state_from_json, state_to_json

INTERVAL_S = 1.0


class StateFileError(Exception):
    """The file can't be read or isn't ours; the message names it. It is left as it is."""


def load(file: Path) -> State | None:
    """Return the state in a file, or None if there is no file; raise StateFileError."""
    try:
        return state_from_json(json.loads(file.read_text("utf-8")))
    except FileNotFoundError:
        if not file.absolute().parent.is_dir():
            raise StateFileError(f"There is no folder for {file}. Create it first.") from None
        return None
    except OSError as error:
        raise StateFileError(f"Can't read {file}: {error.strerror or error}.") from error
    except (ValueError, RecursionError) as error:
        raise _damaged(file, "it isn't valid JSON") from error
    except DamagedError as error:
        raise _damaged(file, str(error)) from error


def save(file: Path, state: State) -> None:
    """Replace the file in one step; raise OSError. Only this user can read it: it has secrets."""
    new = file.with_name(f".{file.name}.{os.getpid()}")
    text = json.dumps(state_to_json(state), ensure_ascii=False)
    try:
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="surrogatepass") as opened:
            opened.write(text)
            opened.flush()
            os.fsync(opened.fileno())
        new.replace(file)
    except OSError:
        with contextlib.suppress(OSError):
            new.unlink()
        raise


class Saving:
    """Saves the state once a second if it has changed. Use it inside a running event loop."""

    def __init__(
        self, file: Path, state: Callable[[], State], complain: Callable[[str], None]
    ) -> None:
        """`complain` gets a message when the file can't be written."""
        self._file = file
        self._state = state
        self._complain = complain
        self._saved: State | None = None
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Save from now on."""
        self._task = asyncio.create_task(self._keep_saving())

    async def close(self) -> None:
        """Save once more and stop."""
        if self._task is not None:
            self._stopping.set()
            await self._task
        await self._save()

    async def _keep_saving(self) -> None:
        while not self._stopping.is_set():
            await self._save()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(INTERVAL_S):
                    await self._stopping.wait()

    async def _save(self) -> None:
        state = self._state()
        if state == self._saved:  # quick: it compares the same records
            return
        self._saved = state
        try:
            await asyncio.to_thread(save, self._file, state)
        except OSError as error:
            self._complain(f"Can't write {self._file}: {error.strerror or error}.")


def _damaged(file: Path, reason: str) -> StateFileError:
    return StateFileError(
        f"{file} is damaged: {reason}. It was left as it is. Move it away, or name another file "
        "with --persist."
    )
