"""Names of countries in messages."""

import phonenumbers

from shared.config.country_names import country_name


def test_every_region_of_phone_numbers_has_a_name() -> None:
    regions = phonenumbers.SUPPORTED_REGIONS

    assert {region for region in regions if country_name(region) in ("", region)} == set()


def test_an_unknown_code_is_its_own_name() -> None:
    assert country_name("XX") == "XX"
    assert country_name("+46") == "+46"
