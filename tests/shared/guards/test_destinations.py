"""Which numbers the app may text and call."""

from __future__ import annotations

import logging
import time

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.config.settings import Settings
from shared.guard_errors import NotAllowedError
from shared.guards.destinations import Destinations
from shared.guards.number_facts import NumberFacts

OWN = "+12025550100"
AMERICAN, CANADIAN, JAMAICAN = "+12025550123", "+14165550123", "+18765550123"
BRITISH, BRITISH_FICTION, GERMAN = "+442079460018", "+447700900123", "+4930123456"
TOLL_FREE, MAGIC, SATELLITE = "+18005550111", "+15005550006", "+881612345678"
# Premium rate and shared cost in several countries; personal numbers and the international +979;
# a pager and a universal access number; the information exchange in North America.
EXPENSIVE = [
    *("+19005550123", "+449098790000", "+4918012345678", "+447012345678", "+979123456789"),
    *("+447640123456", "+81570012345", "+12029765555", "+14169765555"),
]
# A service in China has as many digits as a full number.
SHORT = ["911", "12345", "+49110", "+1911", "+4511", "+1", "+999123456789", "+8610620000"]


def destinations(own: str = OWN, **values: str) -> Destinations:
    return Destinations(Settings.from_mapping({"TWILIO_FROM_NUMBER": own, **values}))


def refused_by(number: str, own: str = OWN, **values: str) -> str | None:
    """Return the setting that refuses a number; None if it is allowed."""
    refusal = destinations(own, **values).refusal(number)
    return refusal.setting if refusal else None


@pytest.mark.parametrize("number", [AMERICAN, TOLL_FREE, MAGIC])
def test_the_country_of_the_apps_own_number_is_reached(number: str) -> None:
    assert refused_by(number) is None


@pytest.mark.parametrize("number", [CANADIAN, JAMAICAN, "+17875550123", BRITISH, GERMAN])
def test_other_countries_are_refused_even_with_the_same_code(number: str) -> None:
    assert refused_by(number) == "ALLOWED_COUNTRIES"


@pytest.mark.parametrize(
    ("own", "region", "reached"),
    [
        (BRITISH, "US", BRITISH),
        ("", "DE", GERMAN),
        ("ACME", "DE", GERMAN),
        ("12345", "DE", GERMAN),
        ("+15555550100", "US", AMERICAN),
        (SATELLITE, "GB", BRITISH),
        (TOLL_FREE, "CA", CANADIAN),
        (TOLL_FREE, "CA", TOLL_FREE),
    ],
)
def test_without_a_country_in_the_own_number_the_region_decides(
    own: str, region: str, reached: str
) -> None:
    others = {AMERICAN, CANADIAN, BRITISH, GERMAN} - {reached}
    if reached == TOLL_FREE:
        others -= {CANADIAN}

    assert refused_by(reached, own, DEFAULT_REGION=region) is None
    assert {refused_by(other, own, DEFAULT_REGION=region) for other in others} == {
        "ALLOWED_COUNTRIES"
    }


@pytest.mark.parametrize("allowed", ["GB", "us, gb", "+44", "+44 20 794", "*"])
def test_a_country_is_allowed_by_its_code_or_a_prefix_or_with_all(allowed: str) -> None:
    assert refused_by(BRITISH, ALLOWED_COUNTRIES=allowed) is None


def test_a_list_of_countries_replaces_the_own_one() -> None:
    assert refused_by(AMERICAN, ALLOWED_COUNTRIES="GB") == "ALLOWED_COUNTRIES"


def test_a_prefix_allows_nothing_else() -> None:
    assert refused_by(BRITISH, ALLOWED_COUNTRIES="+4420795") == "ALLOWED_COUNTRIES"


@pytest.mark.parametrize("number", [BRITISH_FICTION, "+19765550123", "+15555550123"])
def test_a_number_without_a_known_country_needs_a_prefix_or_all(number: str) -> None:
    assert refused_by(number, ALLOWED_COUNTRIES="US,GB") == "ALLOWED_COUNTRIES"
    assert refused_by(number, ALLOWED_COUNTRIES=number[:4]) is None
    assert refused_by(number, ALLOWED_COUNTRIES="*") is None


@pytest.mark.parametrize(
    "number", [SATELLITE, "+8821612345678", "+883510000000000", "+80012345678"]
)
def test_an_international_network_needs_its_prefix_even_if_all_are_allowed(number: str) -> None:
    assert refused_by(number, ALLOWED_COUNTRIES="*") == "ALLOWED_COUNTRIES"
    assert refused_by(number, ALLOWED_COUNTRIES=f"US,{number[:4]}") is None


@pytest.mark.parametrize("number", EXPENSIVE)
def test_a_premium_number_is_refused_everywhere(number: str) -> None:
    for allowed in ("*", number[:5], ""):
        assert refused_by(number, ALLOWED_COUNTRIES=allowed) == "ALLOWED_NUMBERS"


def test_extra_digits_do_not_hide_a_premium_number() -> None:
    assert refused_by("+499001234567", ALLOWED_COUNTRIES="DE") == "ALLOWED_NUMBERS"
    assert refused_by("+49900123456789", ALLOWED_COUNTRIES="DE") == "ALLOWED_NUMBERS"
    # Its first digit is the Russian trunk prefix.
    assert refused_by("+780912345675", ALLOWED_COUNTRIES="*") == "ALLOWED_NUMBERS"


@pytest.mark.parametrize("zeros", ["0", "00", "000"])
def test_zeros_do_not_hide_a_premium_number(zeros: str) -> None:
    assert refused_by(f"+49{zeros}9001234567", ALLOWED_COUNTRIES="DE") == "ALLOWED_NUMBERS"
    assert refused_by(f"+44{zeros}9098790000", ALLOWED_COUNTRIES="GB") == "ALLOWED_NUMBERS"


@pytest.mark.parametrize("number", SHORT)
def test_a_short_number_is_refused_everywhere(number: str) -> None:
    for allowed in ("*", "+49,+1,+45", ""):
        assert refused_by(number, ALLOWED_COUNTRIES=allowed) == "ALLOWED_NUMBERS"


@pytest.mark.parametrize(
    "number", ["+8613123456789", "+8612012345678", "+819012345678", "+37025123456", "+29022158"]
)
def test_a_full_number_as_long_as_a_short_one_is_not_short(number: str) -> None:
    assert refused_by(number, ALLOWED_COUNTRIES="*") is None


@pytest.mark.parametrize("number", [*EXPENSIVE, "911", "+49110", BRITISH_FICTION, SATELLITE])
def test_an_individually_allowed_number_always_passes(number: str) -> None:
    assert refused_by(number, ALLOWED_NUMBERS=f"+12025550199, {number}") is None


def test_an_individually_allowed_number_does_not_load_the_library(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("shared.guards.destinations.NumberFacts", None)

    assert refused_by(GERMAN, ALLOWED_NUMBERS=GERMAN) is None


@pytest.mark.parametrize("listed", ["+442079460018", "+44 20 7946-0018", "+44 (0)20 7946 0018"])
@pytest.mark.parametrize("number", [BRITISH, "+4402079460018"])
def test_a_blocked_number_is_refused_in_every_format(listed: str, number: str) -> None:
    blocked = {"BLOCKED_RECIPIENTS": f"{GERMAN}, {listed}", "ALLOWED_COUNTRIES": "*"}

    assert refused_by(number, **blocked) == "BLOCKED_RECIPIENTS"
    assert refused_by("+442079460019", **blocked) is None


def test_a_blocked_number_stays_blocked_even_if_it_is_individually_allowed() -> None:
    lists = {"BLOCKED_RECIPIENTS": AMERICAN, "ALLOWED_NUMBERS": f"{AMERICAN},911"}

    assert refused_by(AMERICAN, **lists) == "BLOCKED_RECIPIENTS"
    assert refused_by("911", **lists) is None


@pytest.mark.parametrize(
    ("number", "allowed", "words"),
    [
        (BRITISH, "", "the United Kingdom; this app only contacts numbers in the United States."),
        (BRITISH, "", "ALLOWED_COUNTRIES to US,GB or "),
        (BRITISH, "US,CA", "numbers in Canada and the United States."),
        (BRITISH, "AT,BE,CH,DE,DK,FR", "numbers in the countries in ALLOWED_COUNTRIES."),
        (BRITISH_FICTION, "GB,+46", "+44"),
        (SATELLITE, "*", "ALLOWED_COUNTRIES to *,+881"),
        ("+19005550123", "*", "(premium rate)"),
        ("+49110", "*", "short"),
    ],
)
def test_a_refusal_says_what_to_do_without_the_number(
    number: str, allowed: str, words: str
) -> None:
    with pytest.raises(NotAllowedError) as refused:
        destinations(ALLOWED_COUNTRIES=allowed).require(number, "to")

    error = refused.value
    assert error.detail.startswith("`to` ")
    assert words in error.detail
    assert number[4:] not in error.detail + error.log_text
    assert (error.field, error.log_text) in {
        ("to", "ALLOWED_COUNTRIES"),
        ("to", "ALLOWED_NUMBERS"),
    }


def test_numbers_in_a_query_are_returned_in_e164(
    caplog: pytest.LogCaptureFixture,
) -> None:
    written = ["(202) 555-0123", "1 202 555 0124", BRITISH, "911", "202555012x", AMERICAN]

    assert destinations().reachable("PhoneNumbers", written) == [
        AMERICAN,
        "+12025550124",
        AMERICAN,
    ]
    abroad, unreadable = [record.getMessage() for record in caplog.records]
    assert "PhoneNumbers" in abroad
    assert "ALLOWED_COUNTRIES" in abroad
    assert "not a valid phone number" in unreadable


def test_a_stop_excludes_every_number(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    settings = Settings.from_mapping({"ALLOWED_NUMBERS": AMERICAN})
    switched_off = Destinations(settings, "KILL_SWITCH")

    assert switched_off.reachable("PhoneNumber", [AMERICAN]) == []
    [line] = [record.getMessage() for record in caplog.records]
    assert "PhoneNumber" in line
    assert "KILL_SWITCH" in line


@given(
    st.from_regex(r"\+[1-9][0-9]{1,14}", fullmatch=True),
    st.sampled_from(["", "GB", "+44", "*", "US,CA,+4930"]),
)
def test_any_number_gets_a_decision_and_premium_ones_never_pass(number: str, allowed: str) -> None:
    setting = refused_by(number, ALLOWED_COUNTRIES=allowed)

    assert setting in (None, "ALLOWED_COUNTRIES", "ALLOWED_NUMBERS")
    if setting is None:
        kind = phonenumbers.number_type(phonenumbers.parse(number))
        assert kind not in (
            phonenumbers.PhoneNumberType.PREMIUM_RATE,
            phonenumbers.PhoneNumberType.SHARED_COST,
            phonenumbers.PhoneNumberType.PAGER,
            phonenumbers.PhoneNumberType.UAN,
        )


@pytest.mark.parametrize("kind", ["FIXED_LINE", "MOBILE", "TOLL_FREE", "VOIP", "VOICEMAIL"])
def test_no_countrys_ordinary_numbers_count_as_premium(kind: str) -> None:
    number_type = getattr(phonenumbers.PhoneNumberType, kind)
    examples = (
        phonenumbers.example_number_for_type(region, number_type)
        for region in phonenumbers.SUPPORTED_REGIONS
    )
    numbers = [
        phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
        for example in examples
        if example
    ]
    facts = {number: NumberFacts.of(number) for number in numbers}

    assert len(facts) >= 10
    assert {number: fact.rate for number, fact in facts.items() if fact and fact.rate} == {}


def test_in_the_caribbean_976_is_an_ordinary_exchange() -> None:
    assert refused_by("+18769765555", ALLOWED_COUNTRIES="JM") is None


def test_a_mobile_number_of_each_country_is_allowed_by_its_code_only() -> None:
    mobile = phonenumbers.PhoneNumberType.MOBILE
    examples = {
        region: phonenumbers.example_number_for_type(region, mobile)
        for region in sorted(phonenumbers.SUPPORTED_REGIONS - {"DE"})
    }
    numbers = {
        region: phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
        for region, example in examples.items()
        if example
    }

    assert len(numbers) > 230
    for region, number in numbers.items():
        assert refused_by(number, ALLOWED_COUNTRIES=region) is None, number
        assert refused_by(number, ALLOWED_COUNTRIES="DE") == "ALLOWED_COUNTRIES", number


def test_a_check_takes_less_than_half_a_millisecond() -> None:
    checked = destinations()
    checked.refusal(AMERICAN)
    fastest = min(_seconds(checked) for _ in range(20))

    assert fastest < 0.0005


def _seconds(checked: Destinations) -> float:
    begun = time.perf_counter()
    checked.refusal(AMERICAN)
    return time.perf_counter() - begun
