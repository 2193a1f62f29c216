"""Comparing the words of a listed text: equal, different, or unclear."""

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.sending.wording import TRIAL, is_same_text

# A sample of each kind of character that Twilio's smart encoding replaces.
SMART = {
    "\u201c": '"',
    "\u00ab": '"',
    "\u02ba": '"',
    "\u275d": '"',
    "\u2019": "'",
    "\u02c8": "'",
    "`": "'",
    "\u2013": "-",
    "\u2026": "...",
    "\u203c": "!!",
    "\u01c3": "!",
    "\u00bd": "1/2",
    "\u2009": " ",
    "\u200b": "",
}
TYPOGRAPHIC = {"...": "\u2026", '"': "\u201d", "'": "\u2019", "-": "\u2014"}


def smart(text: str) -> str:
    return "".join(SMART.get(sign, sign) for sign in text)


def typographic(text: str) -> str:
    for plain, sign in TYPOGRAPHIC.items():
        text = text.replace(plain, sign)
    return text


def without_invisible(text: str) -> str:
    return "".join(sign for sign in text if unicodedata.category(sign) not in {"Cc", "Cf"})


CHANGES: list[Callable[[str], str]] = [
    smart,
    typographic,
    without_invisible,
    str.strip,
    lambda text: " ".join(text.split()),
    lambda text: unicodedata.normalize("NFC", text),
    lambda text: unicodedata.normalize("NFKC", text),
    lambda text: unicodedata.normalize("NFD", text),
    lambda text: TRIAL + text,
    lambda text: "A sentence of another trial. " + text,
    lambda text: text + " ",
]
OTHERS = ("\U0001f44d", "Hi", "5", *"?!. \n\ufe0f\u200d\u0301")
SIGNS = st.sampled_from([*SMART, *TYPOGRAPHIC, *OTHERS])
TEXTS = st.text(min_size=1, max_size=20) | st.lists(SIGNS, min_size=1, max_size=6).map("".join)


@given(TEXTS, st.lists(st.sampled_from(CHANGES), max_size=3))
@example("...", [typographic])
@example("\u2026", [smart])
@example("\u200b", [without_invisible])
@example("`", [smart])
def test_a_text_that_twilio_may_have_changed_is_never_a_mismatch(
    ours: str, changes: list[Callable[[str], str]]
) -> None:
    theirs = ours
    for change in changes:
        theirs = change(theirs)

    assert is_same_text(theirs, ours) is not False


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        (TRIAL + "Hello", "Hello"),
        ('"Tom" - 5...', "\u201cTom\u201d \u2013 5\u2026"),
        ("It's `on`", "It\u2019s 'on'"),
        ("\u2026", "..."),
        ("Hello", "Hello "),
        ("Caf\u00e9", "Cafe\u0301"),
        ("", ""),
    ],
)
def test_a_text_that_twilio_changed_is_recognized(theirs: str, ours: str) -> None:
    assert is_same_text(theirs, ours) is True


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("Hello you", "Hello"),
        ("Hello?", "Hello"),
        ("Hello", "..."),
        ("!!!", "..."),
        ("Hello", "\U0001f44d"),
        ("Good day", ""),
        ("It is off\u2026", "It is on\u2026"),
    ],
)
def test_other_words_do_not_match(theirs: str, ours: str) -> None:
    assert is_same_text(theirs, ours) is False


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("", "Hello"),
        (" ", "Hello"),
        ("Oh, Hello", "Hello"),
        ("\u2e3b", "---"),
        ("?", "\U0001f44d"),
        ("Hello", "\u200b"),
        ("Paid \u2717", "Paid \u2713"),
    ],
)
def test_a_possible_match_is_unclear(theirs: str, ours: str) -> None:
    assert is_same_text(theirs, ours) is None
