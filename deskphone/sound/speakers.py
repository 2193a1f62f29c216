"""Speakers turn text into sound."""

from typing import Protocol

from deskphone.sound.sound import Sound
from deskphone.sound.tones import OTHER_SOFT_HZ, SOFT_HZ, soft

CHARACTERS_PER_S = 12.0
SHORTEST_SPEECH_S = 1.0
PERSON = "person"
"""The voice of the person in a call, which isn't one of Twilio's."""


class Speaker(Protocol):
    """Speaks a text. `is_slow` says that it belongs in a worker thread."""

    @property
    def is_slow(self) -> bool: ...

    def speak(self, text: str, language: str, voice: str) -> Sound:
        """Return the text spoken.

        `language` and `voice` are those of <Say>, such as pl-PL and Polly.Maja, or "".
        """
        ...

    def note(self, language: str) -> str:
        """Return what users should know about speech in this language, once; or ""."""
        ...


class SoftTones:
    """Hums each text in a soft tone of the estimated length, the same everywhere."""

    is_slow = False

    def __init__(self, note: str = "") -> None:
        """`note` says why there is no speech."""
        self._note = note

    def speak(self, text: str, language: str, voice: str) -> Sound:
        return soft(speech_s(text), OTHER_SOFT_HZ if voice == PERSON else SOFT_HZ)

    def note(self, language: str) -> str:
        return self._note


def speech_s(text: str) -> float:
    """Return roughly how many seconds it takes to say this."""
    return max(SHORTEST_SPEECH_S, len(text) / CHARACTERS_PER_S)
