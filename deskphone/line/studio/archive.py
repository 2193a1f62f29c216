"""The archive: the tapes of recordings, within a limit of memory."""

from collections import OrderedDict
from collections.abc import Callable

from deskphone.line.studio.tape import Tape
from deskphone.sound.sound import RATE

LIMIT_BYTES = 64 * 1024 * 1024
LIMIT_TAPES = 10_000
STEP = 600 * RATE
"""How much to keep at a time, so that hours don't go far beyond the limit, in samples."""
FULL = (
    "The sound of all recordings together takes more than 64 MB. From now on, the oldest ones play "
    "a hum of their length instead."
)


class Archive:
    """Keeps the newest tapes, those in progress among them. Positions are in samples."""

    def __init__(self, on_full: Callable[[], None], limit_bytes: int = LIMIT_BYTES) -> None:
        """`on_full` is called when the first tape is dropped."""
        self._on_full = on_full
        self._limit_bytes = limit_bytes
        self._tapes: OrderedDict[str, Tape] = OrderedDict()
        self._running: dict[str, Tape] = {}
        self._size = 0
        self._has_dropped = False

    def start(self, sid: str, tape: Tape) -> None:
        """Keep the tape of a recording that begins."""
        self._tapes[sid] = self._running[sid] = tape
        if len(self._tapes) > LIMIT_TAPES:
            self._drop()

    @property
    def is_running(self) -> bool:
        """Whether any recording is in progress."""
        return bool(self._running)

    def running(self, sid: str) -> Tape | None:
        """Return the tape of a recording in progress."""
        return self._running.get(sid)

    def kept(self, sid: str) -> Tape | None:
        """Return the tape of a recording, unless it was dropped."""
        return self._tapes.get(sid)

    def advance(self, to: int) -> None:
        """Let all recordings in progress keep the sound up to this position."""
        for sid in tuple(self._running):
            while (tape := self._running.get(sid)) is not None and tape.next < to:
                before = tape.size
                tape.advance(min(to, tape.next + STEP))
                self._size += tape.size - before
                while self._size > self._limit_bytes:
                    self._drop()

    def stop(self, sid: str, at: int) -> None:
        """End a recording."""
        self.advance(at)
        self._running.pop(sid, None)

    def forget(self, sid: str) -> None:
        """Drop a recording's tape."""
        self._running.pop(sid, None)
        tape = self._tapes.pop(sid, None)
        self._size -= tape.size if tape else 0

    def clear(self) -> None:
        """Forget everything."""
        self._running.clear()
        self._tapes.clear()
        self._size = 0
        self._has_dropped = False

    def _drop(self) -> None:
        """Drop the oldest tape."""
        self.forget(next(iter(self._tapes)))
        if not self._has_dropped:
            self._has_dropped = True
            self._on_full()
