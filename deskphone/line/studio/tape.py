"""A tape: the sound that one recording keeps."""

from collections.abc import Callable
from typing import Literal

from deskphone.sound.mixing import from_ulaw, interleaved, is_silent, mix, to_ulaw
from deskphone.sound.sound import RATE, WIDTH

BLOCK = RATE
"""The most samples to read at once."""

Read = Callable[[int, int], tuple[bytes, ...]]
"""Returns the samples of each channel, by their position and count."""


class Tape:
    """Sound of one or two channels, as mu-law. Silence takes no memory."""

    def __init__(self, start: int, read: Read, is_quiet: Callable[[int, int], bool]) -> None:
        """`start` is a position; `is_quiet` says that all is silent between two of them."""
        self.first = 0
        """The sample that the recording begins with, when its beginning is trimmed."""
        self.size = 0
        """The bytes that it takes."""
        self._read = read
        self._is_quiet = is_quiet
        self.next = start
        """The position up to which the sound is kept."""
        self._mode: Literal["on", "silent", "off"] = "on"
        self._blocks: list[tuple[int, tuple[bytes, ...]]] = []

    def advance(self, to: int) -> None:
        """Keep the sound up to a position, which is then final."""
        while self.next < to:
            count = to - self.next
            if self._mode == "off":
                self.next = to
            elif self._mode == "silent" or self._is_quiet(self.next, to):
                self._add(count, ())
            else:
                count = min(count, BLOCK)
                channels = self._read(self.next, count)
                self._add(count, tuple(b"" if is_silent(one) else to_ulaw(one) for one in channels))

    def pause(self, *, skip: bool) -> None:
        """Keep silence from here on, or nothing at all."""
        self._mode = "off" if skip else "silent"

    def resume(self) -> None:
        """Keep the sound again from here on."""
        self._mode = "on"

    def frames(self, count: int, channels: int) -> bytes:
        """Return this many frames of one or two channels, with silence after its end.

        A single channel is the mix of both.
        """
        end, position = self.first + count, 0
        parts: list[bytes] = []
        for length, kept in self._blocks:
            begin, until = max(self.first - position, 0), min(length, end - position)
            position += length
            if begin < until:
                wanted = until - begin
                cut = [from_ulaw(one[begin:until]) for one in kept]
                parts.append(_joined(cut, wanted, channels))
        return b"".join(parts).ljust(count * WIDTH * channels, b"\0")

    def _add(self, count: int, channels: tuple[bytes, ...]) -> None:
        self.next += count
        self._blocks.append((count, channels))
        self.size += sum(len(one) for one in channels)


def _joined(kept: list[bytes], count: int, channels: int) -> bytes:
    if channels == 1:
        return mix(kept, count)
    left, right = kept if len(kept) == 2 else (*kept, b"", b"")[:2]
    silence = bytes(count * WIDTH)
    return interleaved(left or silence, right or silence)
