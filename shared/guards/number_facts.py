"""What a phone number tells about itself: its country, and whether it is short or costs more.

Source: the numbering plans of the library phonenumbers. It knows many special numbers, not all.
"""

import re
from typing import TYPE_CHECKING, NamedTuple, Self

from shared.phone_numbers import MAX_CHARS

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

# The region of networks that belong to no country, such as those of satellites.
INTERNATIONAL = "001"

# More digits than that behind the country code are no short number, whatever a plan's list says.
_MOST_SHORT_DIGITS = 6
# In North America 500 numbers are personal ones; Twilio's magic test numbers are among them.
_NORTH_AMERICA = 1
# There the exchange 976 of each area code sells information. The library has these for ordinary
# numbers. Islands of +1 use it as any other. Source: NANPA, "976" (information delivery services).
_INFORMATION = re.compile("[2-9][0-9]{2}976[0-9]{4}")
_WITH_INFORMATION = ("US", "CA")


class NumberFacts(NamedTuple):
    """What is known of a number in E.164.

    `region` is a code of ISO 3166 such as GB, `001` for an international network, empty where it
    cannot be told. `rate` says in words why a number costs more than others; empty for most.
    """

    country_code: int
    region: str
    rate: str
    is_short: bool

    @classmethod
    def of(cls, number: str) -> Self | None:
        """The facts of a number; None for what is none."""
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
    """The E.164 form that all spellings of a number share; what can't be read stays as it is.

    +44 (0)20 7946 0018 has a trunk prefix, which the other spellings leave out.
    """
    if len(number) > MAX_CHARS:
        return number
    import phonenumbers

    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def belongs_to(number: str, region: str) -> bool:
    """Whether a number (E.164) is one of a region; toll-free ones of +1 are of several."""
    import phonenumbers

    return phonenumbers.is_valid_number_for_region(phonenumbers.parse(number), region)


def unknown_regions(regions: frozenset[str]) -> list[str]:
    """The codes that no country has, such as UK for GB."""
    import phonenumbers

    return sorted(regions - phonenumbers.SUPPORTED_REGIONS)


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
    """The rate of a number with too many digits: who dials it reaches the one it begins with.

    Zeros before it are no part of it either: the library takes away one, and a network may more.
    What else it takes away, such as the 8 of Russia, may be a part: `written` is in E.164.
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
    """Whether it is a short number of its country, or too short to be a full one.

    The lists go by length alone, and some countries have short numbers of eleven digits: a mobile
    number that the library does not know yet must not be taken for one of them.
    """
    import phonenumbers

    possible = phonenumbers.is_possible_number_with_reason(number)
    if possible != phonenumbers.ValidationResult.IS_POSSIBLE:
        return True
    digits = phonenumbers.national_significant_number(number)
    is_listed = phonenumbers.is_valid_short_number(number)
    is_alike = len(digits) <= _MOST_SHORT_DIGITS and phonenumbers.is_possible_short_number(number)
    return is_listed or is_alike
