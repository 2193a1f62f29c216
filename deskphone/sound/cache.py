"""Sounds that are needed again, within a limit of memory."""

from collections import OrderedDict
from collections.abc import Hashable

from deskphone.sound.sound import Sound

LIMIT_BYTES = 16 * 1024 * 1024
LIMIT_SOUNDS = 1000
"""Sounds may have no samples, but their keys take memory as well."""


class SoundCache:
    """Keeps the sounds that were used last; drops others beyond the limits."""

    def __init__(self, limit_bytes: int = LIMIT_BYTES) -> None:
        self._limit_bytes = limit_bytes
        self._sounds: OrderedDict[Hashable, Sound] = OrderedDict()
        self._bytes = 0

    @property
    def size(self) -> int:
        """The bytes that all sounds take."""
        return self._bytes

    def get(self, key: Hashable) -> Sound | None:
        sound = self._sounds.get(key)
        if sound is not None:
            self._sounds.move_to_end(key)
        return sound

    def put(self, key: Hashable, sound: Sound) -> Sound:
        """Keep a sound, unless it is larger than the limit; return it."""
        old = self._sounds.pop(key, Sound())
        self._bytes -= len(old.samples)
        if len(sound.samples) <= self._limit_bytes:
            self._sounds[key] = sound
            self._bytes += len(sound.samples)
        while self._bytes > self._limit_bytes or len(self._sounds) > LIMIT_SOUNDS:
            _, dropped = self._sounds.popitem(last=False)
            self._bytes -= len(dropped.samples)
        return sound
