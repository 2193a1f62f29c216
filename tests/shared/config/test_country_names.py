"""Names of countries in messages."""

import phonenumbers

from shared.config.country_names import country_name


def test_every_region_that_a_number_can_have_has_a_name() -> None:
    regions = phonenumbers.SUPPORTED_REGIONS

    assert {region for region in regions if country_name(region) in ("", region)} == set()


def test_a_code_without_a_name_stands_for_itself() -> None:
    assert country_name("XX") == "XX"
    assert country_name("+46") == "+46"
