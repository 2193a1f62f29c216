"""The studio: brings sound to calls, and lets others listen."""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime

from deskphone.account.store import Store
from deskphone.clock import Clock
from deskphone.line.studio.archive import FULL, Archive
from deskphone.line.studio.booths import Booths
from deskphone.line.studio.channels import tape_of
from deskphone.line.studio.listening import Listening
from deskphone.line.studio.time import position
from deskphone.line.studio.track import Clip
from deskphone.line.tasks import Tasks
from deskphone.records.recording import Recording
from deskphone.sound.sound import RATE, Sound

TIDY_EVERY = 5 * RATE
KEEP_EVERY_S = 30
"""How often recordings keep their sound, so that hours of it aren't left for the end."""
MOST_SAID = 100
"""How many sounds of a person may wait or be heard at once; no one could tell more apart."""
KEPT = RATE
"""How much of the past stays, in samples: more than any listener is behind, or a frame late."""


class Studio:
    """The sound of all calls. Sound for a call that is over is dropped."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._archive = Archive(lambda: store.alert("", None, FULL, "warning"))
        self._booths = Booths(store, clock, lambda: self._archive.advance(self._booths.now()))
        self._clock = clock
        self._tasks = Tasks(store)
        self._is_keeping = False
        self._tidied = 0

    @contextmanager
    def playing(self, sid: str, sound: Sound, *, repeats: bool = False) -> Generator[None]:
        """Play a sound to a call's person, once or again and again; leaving this block cuts it."""
        clip = self.play(sid, sound, repeats=repeats)
        try:
            yield
        finally:
            if clip is not None:
                clip.cut(self._booths.now())

    def play(self, sid: str, sound: Sound, *, repeats: bool = False) -> Clip | None:
        """Start to play a sound to a call's person; return None if the call is over."""
        booth = self._booths.get(sid)
        return booth and booth.played.add(self._tidy(), sound, repeats=repeats)

    def said(self, sid: str, sound: Sound, *, in_turn: bool = False) -> None:
        """Let a call's person make a sound: now, or `in_turn` after the sound before it.

        It is dropped if there are too many.
        """
        booth, now = self._booths.get(sid), self._tidy()
        if booth is not None and booth.said.count < MOST_SAID:
            booth.said.add(max(now, booth.said.end) if in_turn else now, sound)

    def say(self, sid: str, samples: bytes) -> None:
        """Add live sound from a call's person, such as frames of 20 ms; small gaps are closed."""
        booth = self._booths.get(sid)
        if booth is not None:
            booth.said.append(self._tidy(), samples)

    def listen(self, sid: str) -> Listening:
        """Listen to what a call's person hears. It is silent before the call and after it."""
        return Listening(
            self._booths.now, lambda start, count: self._booths.heard(sid, start, count)
        )

    def record(self, recording: Recording) -> None:
        """Keep the sound of a recording from now on."""
        now = self._tidy()
        self._archive.start(recording.sid, tape_of(recording, now, self._booths))
        if not self._is_keeping:
            self._is_keeping = True
            self._tasks.start(recording.call_sid, self._keep)

    def pause(self, recording_sid: str, *, skip: bool) -> None:
        """Leave out what follows, or keep it as silence."""
        self._archive.advance(self._booths.now())
        tape = self._archive.running(recording_sid)
        if tape is not None:
            tape.pause(skip=skip)

    def resume(self, recording_sid: str) -> None:
        """Keep the sound again after a pause."""
        self._archive.advance(self._booths.now())
        tape = self._archive.running(recording_sid)
        if tape is not None:
            tape.resume()

    def stop(self, recording: Recording, since: datetime | None = None) -> None:
        """End a recording; the time before `since` doesn't belong to it."""
        tape = self._archive.running(recording.sid)
        self._archive.stop(recording.sid, self._booths.now())
        if tape is not None and since is not None:
            tape.first = max(position(since) - position(recording.created), 0)

    def recorded(self, recording: Recording, channels: int = 1) -> bytes | None:
        """Return the frames of a recording with one channel or two; None if they were dropped."""
        tape = self._archive.kept(recording.sid)
        return tape and tape.frames((recording.duration_s or 0) * RATE, channels)

    def forget(self, recording_sid: str) -> None:
        """Forget the sound of a deleted recording."""
        self._archive.forget(recording_sid)

    def cancel(self) -> list[asyncio.Task[None]]:
        """Forget everything, for a reset or shutdown; return canceled tasks."""
        self._booths.clear()
        self._archive.clear()
        return self._tasks.cancel()

    async def _keep(self) -> None:
        """Keep the sound of recordings from time to time, while there are any in progress."""
        try:
            while self._archive.is_running:
                await self._clock.sleep(KEEP_EVERY_S)
                self._tidy()
        finally:
            self._is_keeping = False

    def _tidy(self) -> int:
        """Forget the past now and then; return the current position, in samples."""
        now = self._booths.now()
        if now - self._tidied > TIDY_EVERY:
            self._tidied = now
            self._archive.advance(now - KEPT)
            self._booths.drop(now - KEPT)
        return now
