"""Speech by eSpeak NG, and the choice of a speaker."""

import threading
from importlib.util import find_spec
from typing import TYPE_CHECKING

from deskphone.sound.sound import RATE, Sound
from deskphone.sound.speakers import SoftTones, Speaker
from deskphone.sound.voices import DEFAULT, spoken_language, variant

if TYPE_CHECKING:
    from deskphone.sound.espeak_library import Library

PACKAGE = "espeakng_loader"
NOT_INSTALLED = (
    "Speech is a soft tone because eSpeak NG isn't installed. To hear words, install "
    "deskphone[speech]."
)
NOT_LOADED = "Speech is a soft tone because eSpeak NG can't be loaded: {reason}"
UNKNOWN = "eSpeak NG doesn't speak {language}, so <Say> in this language is spoken in English."
PAUSE_S = 0.1
"""Silence after the words, so that no text is empty."""


class Espeak:
    """Speaks by eSpeak NG, which is loaded for the first text; by soft tones if that fails."""

    is_slow = True

    def __init__(self) -> None:
        self._loading = threading.Lock()
        self._failure = ""

    def speak(self, text: str, language: str, voice: str) -> Sound:
        """Return the text spoken. Several threads may call this."""
        espeak = self._library()
        if espeak is None:
            return SoftTones().speak(text, language, voice)
        name = spoken_language(language, voice, espeak.languages) or DEFAULT
        samples = espeak.speak(text, f"{name}+{variant(voice)}")
        return Sound(samples, round(PAUSE_S * RATE))

    def note(self, language: str) -> str:
        espeak = self._library()
        if espeak is None:
            return self._failure
        if language and spoken_language(language, "", espeak.languages) is None:
            return UNKNOWN.format(language=language)
        return ""

    def _library(self) -> "Library | None":
        with self._loading:
            try:
                from deskphone.sound.espeak_library import library

                return library()
            except (ImportError, OSError, AttributeError) as error:
                self._failure = NOT_LOADED.format(reason=error)
                return None


def speaker_of(clock_kind: str) -> Speaker:
    """Return what speaks in an emulator with this kind of clock.

    It is eSpeak NG if its package is installed, otherwise soft tones that say so. With a manual
    clock, it is soft tones, so that a test takes the same time everywhere.
    """
    if clock_kind == "manual":
        return SoftTones()
    return Espeak() if find_spec(PACKAGE) else SoftTones(NOT_INSTALLED)
