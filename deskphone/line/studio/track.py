"""A track: the sounds of one source over time. Positions and lengths are in samples."""

from dataclasses import dataclass

from deskphone.sound.mixing import is_silent
from deskphone.sound.sound import RATE, WIDTH, Sound

FOREVER = 1 << 62
LATE = RATE * 60 // 1000
"""How late a live frame may come and still join the one before it."""
AHEAD = RATE * 120 // 1000
"""How far live sound may run ahead of the clock: a sender whose clock is fast loses a frame.

Two long frames may always come together.
"""
LOST = 5 * RATE
"""Sound that is further ahead belongs to a time before the clock was set back."""
LIVE_CLIP = RATE
"""The length of live sound that is dropped at once."""


@dataclass(eq=False)
class Clip:
    """Samples from `start` until `end`; those that repeat do so every `period`, otherwise 0."""

    start: int
    end: int
    samples: bytes | bytearray
    period: int = 0

    def cut(self, end: int) -> None:
        """End it here, unless it ended before."""
        self.end = max(min(self.end, end), self.start)

    def part(self, start: int, count: int) -> bytes:
        """Return the samples from `start` on, at most `count`; b"" where there is none."""
        begin, end = max(start, self.start), min(start + count, self.end)
        if begin >= end:
            return b""
        wanted = end - begin
        found = self._repeated(begin, wanted) if self.period else self._once(begin, wanted)
        return bytes((begin - start) * WIDTH) + found if found else b""

    def _once(self, begin: int, wanted: int) -> bytes:
        offset = (begin - self.start) * WIDTH
        return bytes(self.samples[offset : offset + wanted * WIDTH])

    def _repeated(self, begin: int, wanted: int) -> bytes:
        found = bytearray()
        while len(found) < wanted * WIDTH:
            offset = (begin - self.start + len(found) // WIDTH) % self.period * WIDTH
            size = min(self.period * WIDTH - offset, wanted * WIDTH - len(found))
            found += self.samples[offset : offset + size].ljust(size, b"\0")
        return bytes(found)


class Track:
    """Clips in the order in which they were added; they may overlap."""

    def __init__(self) -> None:
        self._clips: list[Clip] = []
        self._live: Clip | None = None

    @property
    def end(self) -> int:
        """The end of the last clip, or 0."""
        return max((clip.end for clip in self._clips), default=0)

    @property
    def count(self) -> int:
        """How many clips there are."""
        return len(self._clips)

    @property
    def size(self) -> int:
        """The bytes of all live sound; other sounds are only referred to."""
        return sum(len(one.samples) for one in self._clips if isinstance(one.samples, bytearray))

    def add(self, start: int, sound: Sound, *, repeats: bool = False) -> Clip:
        """Add a sound, once or until it is cut."""
        count = sound.count
        is_endless = repeats and count > 0
        clip = Clip(
            start, FOREVER if is_endless else start + count, sound.samples, count * is_endless
        )
        self._clips.append(clip)
        return clip

    def append(self, now: int, samples: bytes) -> None:
        """Add live samples right after those before them, or now if those ended long ago."""
        count, live = len(samples) // WIDTH, self._live
        if live is not None and now + max(AHEAD, count) < live.end < now + LOST:
            return
        if live is None or not now - LATE <= live.end < now + LOST:
            live = self._begin(now)
        elif live.end - live.start >= LIVE_CLIP:
            live = self._begin(live.end)
        live.samples += samples[: count * WIDTH]
        live.end += count

    def parts(self, start: int, count: int) -> list[bytes]:
        """Return what to mix for `count` samples from `start` on."""
        found = (clip.part(start, count) for clip in self._clips)
        return [part for part in found if not is_silent(part)]

    def is_quiet(self, start: int, end: int) -> bool:
        """Whether there is no clip between these positions."""
        return all(clip.end <= start or clip.start >= end for clip in self._clips)

    def drop(self, before: int) -> None:
        """Forget the clips that ended before this position."""
        self._clips = [clip for clip in self._clips if clip.end > before]

    def _begin(self, start: int) -> Clip:
        self._live = Clip(start, start, bytearray())
        self._clips.append(self._live)
        return self._live
