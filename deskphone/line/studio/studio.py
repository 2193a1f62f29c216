"""The studio: brings sound to calls, and lets others listen."""

from collections.abc import Generator
from contextlib import contextmanager

from deskphone.account.store import Store
from deskphone.clock import Clock
from deskphone.line.studio.booths import Booths
from deskphone.line.studio.listening import Listening
from deskphone.line.studio.track import Clip
from deskphone.sound.sound import RATE, Sound

TIDY_EVERY = 5 * RATE
KEPT = RATE
"""How much of the past stays, in samples: more than any listener is behind."""


class Studio:
    """The sound of all calls. Sound for a call that is over is dropped."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._booths = Booths(store, clock)
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

    def said(self, sid: str, sound: Sound) -> None:
        """Let a call's person say something, after what they are saying."""
        booth, now = self._booths.get(sid), self._tidy()
        if booth is not None:
            booth.said.add(max(now, booth.said.end), sound)

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

    def clear(self) -> None:
        """Forget everything."""
        self._booths.clear()

    def _tidy(self) -> int:
        """Forget the past now and then; return the current position, in samples."""
        now = self._booths.now()
        if now - self._tidied > TIDY_EVERY:
            self._tidied = now
            self._booths.drop(now - KEPT)
        return now
