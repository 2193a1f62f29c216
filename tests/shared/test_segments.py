"""The number of segments of a text (lengths: 3GPP TS 23.038 and Twilio's glossary)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.segments import count_segments, count_smart_segments, is_gsm


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("ü" * 70, 1),
        ("ü" * 161, 2),
        ("я" * 70, 1),
        ("я" * 71, 2),
        ("я" * 134, 2),
        ("я" * 135, 3),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("a" * 70 + "я", 2),
    ],
)
def test_lengths_at_the_limits(text: str, segments: int) -> None:
    assert count_segments(text) == segments


def test_escaped_character_is_not_split() -> None:
    cut_at_the_edge = "a" * 152 + "€" + "a" * 152

    assert count_segments(cut_at_the_edge) == 3


def test_a_surrogate_pair_is_not_cut() -> None:
    cut_at_the_edge = "я" * 66 + "😀" + "я" * 66

    assert count_segments(cut_at_the_edge) == 3


def test_one_non_gsm_character_switches_the_whole_text_to_ucs_2() -> None:
    assert is_gsm("Hello @£$\n^{}")
    assert not is_gsm("Hello “world”")


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ("It\u2019s \u2013".ljust(162, "a"), 2),
        ("It\u2019s \u2013".ljust(160, "a"), 1),
        ("\u2026" * 54, 2),
        ("\uff21\u1d22\xa0" * 53, 1),
        ("\u2019".ljust(159, "a") + "\u200b", 1),
        ("\u2019я".ljust(71, "a"), 2),
        ("\u2026я" * 35, 1),
        ("я" * 71, 2),
        ("a" * 161, 2),
    ],
)
def test_a_messaging_service_replaces_characters_if_that_makes_the_text_gsm(
    text: str, segments: int
) -> None:
    assert count_smart_segments(text) == segments


@given(st.text(), st.text())
def test_more_text_never_takes_fewer_segments(text: str, more: str) -> None:
    assert 1 <= count_segments(text) <= count_segments(text + more)


@given(st.text(min_size=1))
def test_the_segments_hold_the_text(text: str) -> None:
    units = len(text.encode("utf-16-le")) // 2

    assert count_segments(text) * (160 if is_gsm(text) else 70) >= units
