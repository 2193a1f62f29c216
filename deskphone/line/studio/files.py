"""Audio files for calls: decoded without holding up anything else, and kept for the next time."""

import asyncio
import hashlib

from deskphone.clock import Clock
from deskphone.sound.cache import SoundCache
from deskphone.sound.decoding import decoded, stand_in
from deskphone.sound.sound import Sound


class Files:
    """Turns files into sound."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._cache = SoundCache()

    async def sound_of(self, content_type: str, content: bytes) -> tuple[Sound, bool]:
        """Return the sound of a file, and whether it is its own.

        A soft tone of the estimated length stands in for a file that can't be decoded.
        """
        key = (content_type, hashlib.sha256(content).digest())
        sound = self._cache.get(key)
        if sound is None:
            with self._clock.working():
                # Even a small file may hold hours.
                sound = await asyncio.to_thread(decoded, content_type, content)
        if sound is None:
            return stand_in(content_type, content), False
        return self._cache.put(key, sound), True
