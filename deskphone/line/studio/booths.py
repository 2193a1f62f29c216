"""The booths of all live calls, and who hears whom in them."""

from collections.abc import Callable
from dataclasses import dataclass, field

from deskphone.account.store import Kind, Record, Store
from deskphone.clock import Clock
from deskphone.line.studio.sources import NO_ONE, Sources, Voices, heard_by, voices_of
from deskphone.line.studio.time import position
from deskphone.line.studio.track import Track
from deskphone.records.call import ENDED_CALL, Call
from deskphone.records.conference import Conference
from deskphone.sound.mixing import mix
from deskphone.sound.sound import WIDTH


@dataclass(eq=False)
class Booth:
    """One call: what it plays to its person, what the person says, and whom the person hears."""

    played: Track = field(default_factory=Track)
    said: Track = field(default_factory=Track)
    hears: Sources = field(default_factory=Sources)
    connected_to: str | None = None
    in_conference: Voices = NO_ONE

    def drop(self, before: int) -> None:
        """Forget what ended before this position."""
        self.played.drop(before)
        self.said.drop(before)
        self.hears.drop(before)


@dataclass(eq=False)
class Room:
    """One conference: its voices, and all of its members."""

    voices: Sources = field(default_factory=Sources)
    members: Voices = NO_ONE


class Booths:
    """Follows the store: a booth opens for a call's first sound, and closes with the call."""

    def __init__(self, store: Store, clock: Clock, closing: Callable[[], None]) -> None:
        """`closing` is called before a booth closes."""
        self._store = store
        self._clock = clock
        self._closing = closing
        self._booths: dict[str, Booth] = {}
        self._rooms: dict[str, Room] = {}
        store.subscribe(self._changed)

    def now(self) -> int:
        """Return the current position, in samples."""
        return position(self._clock.now())

    def get(self, sid: str) -> Booth | None:
        """Return the booth of a call; None if the call is over or doesn't exist."""
        booth = self._booths.get(sid)
        if booth is None:
            call = self._store.calls.get(sid)
            if call is not None and call.status not in ENDED_CALL:
                booth = self._booths[sid] = Booth()
        return booth

    def heard(self, sid: str, start: int, count: int) -> bytes:
        """Return `count` samples of what a call's person hears, from the position `start` on."""
        booth = self._booths.get(sid)
        if booth is None:
            return mix((), count)
        voices = self._voices(booth.hears, start, count)
        return mix((*booth.played.parts(start, count), *voices), count)

    def said(self, sid: str, start: int, count: int) -> bytes:
        """Return what a call's person says."""
        booth = self._booths.get(sid)
        return mix(booth.said.parts(start, count) if booth else (), count)

    def in_conference(self, conference_sid: str, start: int, count: int) -> bytes:
        """Return what those in a conference say whom all others hear."""
        room = self._rooms.get(conference_sid)
        return mix(self._voices(room.voices, start, count) if room else (), count)

    def is_quiet(self, sid: str, start: int, end: int) -> bool:
        """Whether neither a call nor its person makes a sound between these positions."""
        booth = self._booths.get(sid)
        return booth is None or (
            booth.said.is_quiet(start, end)
            and booth.played.is_quiet(start, end)
            and self._are_quiet(booth.hears, start, end)
        )

    def is_conference_quiet(self, conference_sid: str, start: int, end: int) -> bool:
        """Whether no one in a conference makes a sound between these positions."""
        room = self._rooms.get(conference_sid)
        return room is None or self._are_quiet(room.voices, start, end)

    def drop(self, before: int) -> None:
        """Forget what ended before this position."""
        for booth in self._booths.values():
            booth.drop(before)
        for room in self._rooms.values():
            room.voices.drop(before)

    def clear(self) -> None:
        """Forget everything."""
        self._booths.clear()
        self._rooms.clear()

    def _voices(self, sources: Sources, start: int, count: int) -> list[bytes]:
        found: list[bytes] = []
        for begin, end, sids in sources.during(start, start + count):
            lead = bytes((begin - start) * WIDTH)
            for sid in sids:
                booth = self._booths.get(sid)
                parts = booth.said.parts(begin, end - begin) if booth else []
                found += [lead + part for part in parts]
        return found

    def _are_quiet(self, sources: Sources, start: int, end: int) -> bool:
        return all(
            self._booths[sid].said.is_quiet(begin, until)
            for begin, until, sids in sources.during(start, end)
            for sid in sids
            if sid in self._booths
        )

    def _changed(self, kind: Kind, record: Record | None) -> None:
        if isinstance(record, Call):
            self._call_changed(record)
        elif isinstance(record, Conference):
            self._conference_changed(record)

    def _call_changed(self, call: Call) -> None:
        if call.status in ENDED_CALL:
            if call.sid in self._booths:
                self._closing()
                del self._booths[call.sid]
            return
        known = self._booths.get(call.sid)
        if call.connected_to != (known.connected_to if known else None):
            booth = known or self.get(call.sid)
            if booth is not None:
                booth.connected_to = call.connected_to
                self._update(booth)

    def _conference_changed(self, conference: Conference) -> None:
        heard = heard_by(conference)
        room = self._rooms.setdefault(conference.sid, Room())
        room.voices.change(self.now(), voices_of(conference))
        for sid in room.members.union(heard):
            booth = self.get(sid)
            if booth is not None:
                booth.in_conference = heard.get(sid, NO_ONE)
                self._update(booth)
        room.members = frozenset(heard)
        if conference.status == "completed":
            self._closing()
            del self._rooms[conference.sid]

    def _update(self, booth: Booth) -> None:
        connected = frozenset({booth.connected_to}) if booth.connected_to else NO_ONE
        booth.hears.change(self.now(), connected | booth.in_conference)
