"""Speech: soft tones, and eSpeak NG."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskphone.sound.espeak import Espeak, speaker_of
from deskphone.sound.espeak_library import library
from deskphone.sound.mixing import is_silent
from deskphone.sound.speakers import PERSON, SoftTones, speech_s
from deskphone.sound.voices import spoken_language, variant


@given(st.text(max_size=300))
def test_a_soft_tone_is_as_long_as_its_text(text: str) -> None:
    assert SoftTones().speak(text, "", "").seconds == pytest.approx(speech_s(text), abs=0.001)


def test_a_person_has_another_soft_tone_than_the_line() -> None:
    said, heard = (SoftTones().speak("Hello", "", voice) for voice in (PERSON, ""))

    assert (said.seconds, said.samples == heard.samples) == (heard.seconds, False)


def test_espeak_speaks_longer_for_more_words() -> None:
    short, long = (Espeak().speak("Good morning. " * count, "", "") for count in (1, 3))

    assert 0.5 < short.seconds < long.seconds < 6
    assert not is_silent(short.samples)


def test_a_man_a_woman_and_a_person_sound_different() -> None:
    voices = ("man", "woman", PERSON)

    assert len({Espeak().speak("Hello", "en-GB", voice).samples for voice in voices}) == 3


@pytest.mark.parametrize(
    ("language", "voice", "expected"),
    [
        ("", "", "en-us"),
        ("en-GB", "alice", "en-gb"),
        ("pl-PL", "", "pl"),
        ("zh-CN", "", "cmn"),
        ("zh-HK", "", "yue"),
        ("pt-BR", "", "pt-br"),
        ("fr-CA", "", "fr-fr"),
        ("nb-NO", "", "nb"),
        ("es-MX", "", "es-419"),
        ("", "Polly.Maja", "pl"),
        ("", "Polly.Joanna-Neural", "en-us"),
        ("", "Google.de-DE-Standard-A", "de"),
        ("fil-PH", "", None),
    ],
)
def test_a_language_has_its_voice(language: str, voice: str, expected: str | None) -> None:
    assert spoken_language(language, voice, library().languages) == expected


@pytest.mark.parametrize(
    ("voice", "is_woman"),
    [
        ("", False), ("man", False), ("woman", True), ("alice", True), ("Polly.Joanna", True),
        ("Polly.Matthew-Neural", False), ("Polly.Jacek", False), ("Polly.Ewa", True),
    ],
)  # fmt: skip
def test_a_voice_is_a_mans_or_a_womans(voice: str, *, is_woman: bool) -> None:
    assert (variant(voice) == variant("woman")) is is_woman


def test_an_unknown_language_is_spoken_in_english_and_named() -> None:
    espeak = Espeak()
    unknown, english = (espeak.speak("Hello there", one, "") for one in ("xx-YY", "en-US"))

    assert unknown.seconds == pytest.approx(english.seconds, rel=0.05)
    assert "xx-YY" in espeak.note("xx-YY")
    assert espeak.note("pl-PL") == ""


def test_without_the_library_speech_is_a_tone_that_says_why(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "deskphone.sound.espeak_library", None)
    espeak = Espeak()

    assert espeak.speak("Hello", "", "") == SoftTones().speak("Hello", "", "")
    assert "eSpeak NG" in espeak.note("")


def test_a_manual_clock_has_soft_tones_and_a_system_clock_has_speech() -> None:
    assert isinstance(speaker_of("manual"), SoftTones)
    assert isinstance(speaker_of("system"), Espeak)


def test_text_of_any_kind_is_spoken() -> None:
    for text in ("", "...", "<&>", "a\0b", "你好 \U0001f600"):
        assert Espeak().speak(text, "", "").seconds > 0
