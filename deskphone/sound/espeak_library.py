"""The library eSpeak NG, from its package `espeakng-loader`. Import it only to speak."""

import ctypes
import threading
from functools import cache

import espeakng_loader

from deskphone.sound.sound import RATE

BY_CALLBACK, NEVER_EXIT, UTF_8 = 2, 0x8000, 1
"""Values of espeak_Initialize and espeak_Synth (speak_lib.h)."""

_Callback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
)


class _Voice(ctypes.Structure):
    """The beginning of espeak_VOICE; `languages` has a priority, a name and a 0 for each."""

    _fields_ = (
        ("name", ctypes.c_char_p),
        ("languages", ctypes.POINTER(ctypes.c_char)),
        ("identifier", ctypes.c_char_p),
    )


class Library:
    """The library, which a process has once. It takes one text at a time."""

    def __init__(self) -> None:
        """Load it; raise OSError if that fails."""
        self._lock = threading.Lock()
        self._heard = bytearray()
        self._library = ctypes.CDLL(espeakng_loader.get_library_path())
        path = espeakng_loader.get_data_path().encode()
        self._rate = self._library.espeak_Initialize(BY_CALLBACK, 0, path, NEVER_EXIT)
        if self._rate <= 0:
            raise OSError("its data is missing")
        self._callback = _Callback(self._take)
        self._library.espeak_SetSynthCallback(self._callback)
        self.languages = self._listed()

    def speak(self, text: str, voice: str) -> bytes:
        """Return a text in a voice such as en-us+f2, as samples of ours."""
        import miniaudio

        spoken = text.replace("\0", " ").encode()
        with self._lock:
            self._heard.clear()
            self._library.espeak_SetVoiceByName(voice.encode())
            self._library.espeak_Synth(spoken, len(spoken) + 1, 0, 0, 0, UTF_8, None, None)
            self._library.espeak_Synchronize()
            heard = bytes(self._heard)
            self._heard.clear()
        if not heard:
            return b""
        signed = miniaudio.SampleFormat.SIGNED16
        return bytes(miniaudio.convert_frames(signed, 1, self._rate, heard, signed, 1, RATE))

    def _take(self, samples: object, count: int, events: object) -> int:
        if samples and count > 0:
            self._heard += ctypes.string_at(samples, count * 2)  # type: ignore[arg-type]
        return 0

    def _listed(self) -> frozenset[str]:
        """Return the names of all languages."""
        list_voices = self._library.espeak_ListVoices
        list_voices.restype = ctypes.POINTER(ctypes.POINTER(_Voice))
        voices, found = list_voices(None), set[str]()
        index = 0
        while voices[index]:
            languages, at = voices[index].contents.languages, 0
            while languages[at] != b"\0":
                name = ctypes.string_at(ctypes.addressof(languages.contents) + at + 1)
                found.add(name.decode().lower())
                at += len(name) + 2
            index += 1
        return frozenset(found)


@cache
def library() -> Library:
    """Return the library, loaded once."""
    return Library()
