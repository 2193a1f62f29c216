"""Facts about a phone number: its country, and whether it is short or expensive.

Source: the numbering plans in the library phonenumbers. It knows most special numbers, not all.
"""

import re
from typing import TYPE_CHECKING, NamedTuple, Self

from shared.phone_numbers import MAX_CHARS, one_spelling

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

# The region of networks without a country, such as satellite networks.
INTERNATIONAL = "001"

# A number with more digits after the country code isn't short, whatever a plan's list says.
_MOST_SHORT_DIGITS = 6
# In North America, 500 numbers are personal numbers; Twilio's magic test numbers are 500 numbers.
_NORTH_AMERICA = 1
# In the US and Canada, exchange 976 in each area code is for paid information services. The library
# treats them as ordinary numbers. Islands with +1 use 976 normally. Source: NANPA, "976".
_INFORMATION = re.compile("[2-9][0-9]{2}976[0-9]{4}")
_WITH_INFORMATION = ("US", "CA")


class NumberFacts(NamedTuple):
    """What is known about a number in E.164.

    `region` is an ISO 3166 code such as GB, `001` for an international network, or "" if unknown.
    `rate` says why a number costs more than others; it is "" for most.
    """

    country_code: int
    region: str
    rate: str
    is_short: bool

    @classmethod
    def of(cls, number: str) -> Self | None:
        """Return the facts of a number, or None if it isn't one."""
        import phonenumbers

        try:
            parsed = phonenumbers.parse(number)
        except phonenumbers.NumberParseException:
            return None
        kind = phonenumbers.number_type(parsed)
        is_known = kind != phonenumbers.PhoneNumberType.UNKNOWN
        return cls(
            country_code=parsed.country_code or 0,
            region=phonenumbers.region_code_for_number(parsed) or "",
            rate=_rate(parsed, kind) if is_known else _rate_of_beginning(parsed, number),
            is_short=not is_known and _is_short(parsed),
        )


def normal_form(number: str) -> str:
    """Return the E.164 form that all spellings of a number share; leave other text unchanged.

    +44 (0)20 7946 0018 has a trunk prefix, which other spellings omit.
    """
    if len(number) > MAX_CHARS:
        return number
    import phonenumbers

    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    return one_spelling(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))


def belongs_to(number: str, region: str) -> bool:
    """Return whether a number (E.164) is in a region; a toll-free +1 number is in several."""
    import phonenumbers

    return phonenumbers.is_valid_number_for_region(phonenumbers.parse(number), region)


def _rate(number: "PhoneNumber", kind: int) -> str:
    from phonenumbers import PhoneNumberType

    if kind == PhoneNumberType.PREMIUM_RATE:
        return "premium rate"
    if kind == PhoneNumberType.SHARED_COST:
        return "shared cost"
    if kind == PhoneNumberType.PERSONAL_NUMBER and number.country_code != _NORTH_AMERICA:
        return "personal number"
    if kind == PhoneNumberType.PAGER:
        return "pager"
    if kind == PhoneNumberType.UAN:
        return "universal access number"
    return "premium rate" if _sells_information(number) else ""


def _sells_information(number: "PhoneNumber") -> bool:
    from phonenumbers import region_code_for_number

    if number.country_code != _NORTH_AMERICA or not _INFORMATION.fullmatch(
        str(number.national_number)
    ):
        return False
    return region_code_for_number(number) in _WITH_INFORMATION


def _rate_of_beginning(number: "PhoneNumber", written: str) -> str:
    """Return the rate of a number with too many digits, which dials the number it starts with.

    Ignore leading zeros: the library removes one, and a network may remove more. What else the
    library removes, such as Russia's 8, may belong to the number: `written` is in E.164.
    """
    from phonenumbers import PhoneNumber, national_significant_number, number_type

    national = national_significant_number(number)
    as_written = written.removeprefix(f"+{number.country_code}")
    for digits in (national, national.lstrip("0"), as_written):
        for length in range(len(digits), _MOST_SHORT_DIGITS - 1, -1):
            shorter = PhoneNumber(number.country_code, int(digits[:length]))
            shorter.italian_leading_zero = digits.startswith("0")
            rate = _rate(shorter, number_type(shorter))
            if rate:
                return rate
    return ""


def _is_short(number: "PhoneNumber") -> bool:
    """Return whether it is a short number in its country, or too short for a full one.

    The library's lists go by length only, and some countries have short numbers of eleven digits.
    A mobile number that the library doesn't know yet must not count as one of them.
    """
    import phonenumbers

    possible = phonenumbers.is_possible_number_with_reason(number)
    if possible != phonenumbers.ValidationResult.IS_POSSIBLE:
        return True
    digits = phonenumbers.national_significant_number(number)
    is_listed = phonenumbers.is_valid_short_number(number)
    is_alike = len(digits) <= _MOST_SHORT_DIGITS and phonenumbers.is_possible_short_number(number)
    return is_listed or is_alike
