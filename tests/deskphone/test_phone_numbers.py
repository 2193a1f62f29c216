"""Phone numbers as people write them, and those that Twilio never reaches."""

import pytest

from deskphone.account.phone_numbers import is_unreachable, national


@pytest.mark.parametrize(
    "number",
    [
        "+6931234567",  # no such country code
        "+12385550123",  # no such area code
        "+12021110123",  # no such exchange
        "+12025551234",
        "(202) 555-0099",
        "202-555-0200",
    ],
)
def test_unassigned_numbers_are_unreachable(number: str) -> None:
    assert is_unreachable(number)


@pytest.mark.parametrize(
    "number",
    [
        "+12025550100",
        "+12025550199",
        "+14155551212",
        "415-555-1212",
        "+15005550006",
        "+442079460018",
        "+18005550199",
        "12",
        "next door",
        "",
    ],
)
def test_other_numbers_and_words_are_not_unreachable(number: str) -> None:
    assert not is_unreachable(number)


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("+12025550123", "(202) 555-0123"),
        ("+442071838750", "+442071838750"),
        ("+393335550194", "+393335550194"),
        ("anonymous", "anonymous"),
    ],
)
def test_only_north_american_numbers_are_formatted(number: str, shown: str) -> None:
    assert national(number) == shown
