"""The coverage page tells what becomes of each code of Twilio's error dictionary."""

from collections import Counter

from docs.coverage_page.error_table import LATER, dictionary, given, not_given


def test_each_code_is_given_or_has_one_reason() -> None:
    known = given()
    reasons = Counter(code for _, codes in not_given() for code in codes)

    assert [code for code in dictionary() if code not in known and code not in reasons] == []
    assert [code for code, count in reasons.items() if count > 1] == []


def test_each_reason_has_codes() -> None:
    assert [why for why, codes in not_given() if not codes] == []


def test_newer_codes_are_given_and_new() -> None:
    assert set(LATER) <= given()
    assert set(LATER).isdisjoint(dictionary())
