"""Comparing phone numbers in different formats."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.answers.numbers import same_numbers

WRITTEN = st.text("+1 20-", max_size=14)


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("+12025550123", "(202) 555-0123", True),
        ("+12025550123", "1 202 555 0123", True),
        ("2025550123", "12025550123", True),
        ("+12025550123", "+2025550123", False),
        ("+14785550123", "+4785550123", False),
        ("", "", False),
        ("+", "call me", False),
    ],
)
def test_formats_of_one_number_are_equal(one: str, other: str, is_same: bool) -> None:
    assert bool(same_numbers([one], [other])) == is_same
    assert bool(same_numbers([other], [one])) == is_same


@given(st.lists(WRITTEN), st.lists(WRITTEN))
def test_lists_compare_like_single_numbers(one: list[str], other: list[str]) -> None:
    alone = [number for number in one if any(same_numbers([number], [text]) for text in other)]

    assert same_numbers(one, other) == alone
