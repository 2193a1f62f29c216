"""Names for callers in texts."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.answers.caller_names import MAX_CALLER_CHARS, caller_name


@pytest.mark.parametrize(
    ("caller", "name"),
    [
        ("+12025550123", "+12025550123"),
        ("sip:alice@example.com", "sip alice example com"),
        ("sip:https://evil.example/login@x", "sip https evil example login x"),
        ("\u2603 \x1b.", ""),
    ],
)
def test_a_number_is_unchanged_and_an_address_becomes_words(caller: str, name: str) -> None:
    assert caller_name(caller) == name


@pytest.mark.parametrize("caller", ["anonymous", "Restricted", "+266696687", ""])
def test_a_withheld_number_has_no_name(caller: str) -> None:
    assert caller_name(caller) == ""


@given(st.text(alphabet=st.sampled_from("a1+-_.:/@ \n\u3002\uff0e\u202e")) | st.text())
def test_a_name_is_short_and_has_no_link(caller: str) -> None:
    assert re.fullmatch(f"[A-Za-z0-9+_ -]{{0,{MAX_CALLER_CHARS}}}", caller_name(caller))
