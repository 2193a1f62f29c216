"""The record of a call: its timeline, alerts, expected input, and connected call."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from deskphone.account.store import Store
from deskphone.records.call import Call, Want
from deskphone.twiml.source import level_of


class Journal:
    """The record of one call, written by its verbs."""

    def __init__(self, sid: str, store: Store) -> None:
        self._sid = sid
        self._store = store

    @property
    def call(self) -> Call:
        """Return the current call; raise LookupError if the history was cleared."""
        call = self._store.calls.get(self._sid)
        if call is None:
            raise LookupError(f"call {self._sid} is gone")
        return call

    def note(self, name: str, text: str = "", **attributes: str) -> None:
        """Add a verb to the timeline."""
        self._store.note(self._sid, "verb", name, text, **attributes)

    def happened(self, name: str, text: str = "", **attributes: str) -> None:
        """Add an event to the timeline."""
        self._store.note(self._sid, "event", name, text, **attributes)

    def alert(self, code: int | None, message: str) -> None:
        """Raise one of Twilio's errors; a code of None means a gap in the emulator."""
        self._store.alert(self._sid, code, message)

    def warn(self, code: int, message: str) -> None:
        """Raise one of Twilio's warnings; the call continues."""
        self._store.alert(self._sid, code, message, level_of(code))

    @contextmanager
    def wanting(self, *what: Want) -> Generator[None]:
        """Show what the call is waiting for from the person."""
        self._change(self._sid, wants=what)
        try:
            yield
        finally:
            self._change(self._sid, wants=())

    @contextmanager
    def connected_to(self, other_sid: str) -> Generator[None]:
        """Show on both sides that this call is connected to another one."""
        self._connect(self._sid, other_sid)
        self._connect(other_sid, self._sid)
        try:
            yield
        finally:
            self._change(self._sid, connected_to=None)
            self._change(other_sid, connected_to=None)

    def dialing(self, *, is_dialing: bool) -> None:
        """Show whether all that happens in the call is that other phones ring for it."""
        if self.call.is_dialing != is_dialing:
            self._change(self._sid, is_dialing=is_dialing)

    def _connect(self, sid: str, other_sid: str) -> None:
        other = self._store.calls.get(other_sid)
        self._store.note(sid, "event", "connected", other.person if other else "")
        self._change(sid, connected_to=other_sid)

    def _change(self, sid: str, **changes: Any) -> None:
        """Change a call's record, unless the history was cleared in the meantime."""
        call = self._store.calls.get(sid)
        if call is not None:
            self._store.calls.put(replace(call, **changes))
