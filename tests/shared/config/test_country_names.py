"""Names of countries in messages."""

from itertools import product
from string import ascii_uppercase

import phonenumbers

from shared.config.country_names import country_name, has_name


def test_every_region_of_phone_numbers_has_a_name() -> None:
    regions = phonenumbers.SUPPORTED_REGIONS

    assert {region for region in regions if country_name(region) in ("", region)} == set()
    assert all(has_name(region) for region in regions)


def test_no_other_code_has_a_name() -> None:
    codes = {"".join(letters) for letters in product(ascii_uppercase, repeat=2)}

    assert {code for code in codes if has_name(code)} <= phonenumbers.SUPPORTED_REGIONS


def test_an_unknown_code_is_its_own_name() -> None:
    assert country_name("XX") == "XX"
    assert country_name("+46") == "+46"
