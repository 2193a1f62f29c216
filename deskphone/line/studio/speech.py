"""Speech for calls: spoken without holding up anything else, and kept for the next time."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property

from deskphone.account.store import Store
from deskphone.clock import Clock
from deskphone.sound.cache import SoundCache
from deskphone.sound.sound import Sound
from deskphone.sound.speakers import Speaker

Key = tuple[str, str, str]
"""A text, its language and its voice."""


class Speech:
    """Turns text into sound. Calls that say the same at the same time share the work."""

    def __init__(self, store: Store, clock: Clock, speaker: Speaker) -> None:
        self._store = store
        self._clock = clock
        self._speaker = speaker
        self._cache = SoundCache()
        self._speaking: dict[Key, asyncio.Task[Sound]] = {}
        self._notes: set[str] = set()

    async def spoken(self, sid: str, text: str, language: str = "", voice: str = "") -> Sound:
        """Return a text as the call with this SID hears it.

        `language` and `voice` are those of <Say>. What users should know about it is said once.
        """
        key = (text, language, voice)
        sound = self._cache.get(key)
        if sound is not None:
            return sound
        sound = await self._shared(key) if self._speaker.is_slow else self._speaker.speak(*key)
        self._tell(sid, self._speaker.note(language))
        return self._cache.put(key, sound)

    def forget(self) -> None:
        """Say once more what users should know: no one sees it after a reset."""
        self._notes.clear()

    async def _shared(self, key: Key) -> Sound:
        """Speak in the worker thread; a call that is canceled meanwhile doesn't stop it."""
        if key not in self._speaking:
            self._speaking[key] = asyncio.create_task(self._in_thread(key))
        with self._clock.working():
            return await asyncio.shield(self._speaking[key])

    async def _in_thread(self, key: Key) -> Sound:
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._worker, self._speaker.speak, *key)
        finally:
            del self._speaking[key]

    @cached_property
    def _worker(self) -> ThreadPoolExecutor:
        """The only thread that speaks: texts wait for each other, and nothing else for them."""
        return ThreadPoolExecutor(1, "speech")

    def _tell(self, sid: str, note: str) -> None:
        if note and note not in self._notes:
            self._notes.add(note)
            self._store.alert(sid, None, note, "warning")
