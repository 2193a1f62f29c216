"""Speech for calls: spoken without holding up anything else, and kept for the next time."""

import asyncio

from deskphone.account.store import Store
from deskphone.clock import Clock
from deskphone.sound.cache import SoundCache
from deskphone.sound.sound import Sound
from deskphone.sound.speakers import Speaker


class Speech:
    """Turns text into sound."""

    def __init__(self, store: Store, clock: Clock, speaker: Speaker) -> None:
        self._store = store
        self._clock = clock
        self._speaker = speaker
        self._cache = SoundCache()
        self._notes: set[str] = set()

    async def spoken(self, sid: str, text: str, language: str = "", voice: str = "") -> Sound:
        """Return a text as the call with this SID hears it.

        `language` and `voice` are those of <Say>. What users should know about it is said once.
        """
        key = (text, language, voice)
        sound = self._cache.get(key)
        if sound is not None:
            return sound
        if self._speaker.is_slow:
            with self._clock.working():
                sound = await asyncio.to_thread(self._speaker.speak, *key)
        else:
            sound = self._speaker.speak(*key)
        self._tell(sid, self._speaker.note(language))
        return self._cache.put(key, sound)

    def _tell(self, sid: str, note: str) -> None:
        if note and note not in self._notes:
            self._notes.add(note)
            self._store.alert(sid, None, note, "warning")
