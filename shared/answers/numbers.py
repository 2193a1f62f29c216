"""Compare phone numbers as people write them."""

import re
from collections.abc import Sequence

from shared.phone_numbers import one_spelling


def same_numbers(numbers: Sequence[str], others: Sequence[str]) -> list[str]:
    """Return those `numbers` that are the same as one of `others`; skip text without digits.

    If both start with `+`, compare all digits: +1 478 555 0123 is in Georgia, +47 8555 0123 is in
    Norway. Otherwise an American number may be written without its 1. Parse each text once.
    """
    others = [_one_spelling(other) for other in others]
    with_plus = {_only_digits(other) for other in others if other.startswith("+")}
    without_plus = {digits_of(other) for other in others if not other.startswith("+")}
    all_others = {digits_of(other) for other in others}

    def is_one(number: str) -> bool:
        number = _one_spelling(number)
        digits = digits_of(number)
        if number.startswith("+"):
            return _only_digits(number) in with_plus or digits in without_plus
        return digits in all_others

    return [number for number in numbers if digits_of(number) and is_one(number)]


def _one_spelling(number: str) -> str:
    has_plus = number.startswith("+")
    return one_spelling(f"+{_only_digits(number)}") if has_plus else number


def digits_of(number: str) -> str:
    """Return the digits of a number as written; remove the leading 1 of an American one."""
    digits = _only_digits(number)
    return digits[1:] if len(digits) == 11 and digits.startswith("1") else digits


def _only_digits(number: str) -> str:
    return re.sub("[^0-9]", "", number)
