"""Numbers in common formats, senders, and masking in logs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import InvalidRequestError
from shared.phone_numbers import E164, masked, parse_number, parse_sender, with_masked_numbers


def parse(text: str, region: str = "US") -> str:
    return parse_number(text, region=region, field="to")


@pytest.mark.parametrize(
    "text",
    [
        "+12025550123",
        "(202) 555-0123",
        "202-555-0123",
        "202.555.0123",
        "2025550123",
        "1 202 555 0123",
        " +1 (202) 555-0123",
        "011 1 202 555 0123",
    ],
)
def test_different_formats_of_a_number_are_equal(text: str) -> None:
    assert parse(text) == "+12025550123"


def test_a_national_number_belongs_to_the_region() -> None:
    assert parse("030 123456", region="DE") == "+4930123456"


@pytest.mark.parametrize("number", ["+15005550006", "+447700900123", "+33199000000"])
def test_possible_numbers_pass_because_only_twilio_knows_real_ones(number: str) -> None:
    assert parse(number) == number


@pytest.mark.parametrize(
    "text",
    [
        "",
        "12",
        "555-0123",
        "call me at 202-555-0123",
        "1-800-FLOWERS",
        "+1 202 555 0123 x5",
        "+1 202 555 0123;ext=5",
        "++12025550123",
        "+1202+5550123",
        "\uff0b12025550123",
        "\u0662\u0660\u0662\u0665\u0665\u0665\u0660\u0661\u0662\u0663",
        "+12025550123\n",
        "tel:+12025550123",
        "+999123456789",
        "1" * 5000,
    ],
)
def test_other_texts_are_refused_by_field(text: str) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        parse(text)

    assert caught.value.field == "to"


@pytest.mark.parametrize("channel", ["whatsapp", "rcs", "WhatsApp"])
def test_other_channels_are_refused_by_name(channel: str) -> None:
    with pytest.raises(InvalidRequestError, match=f"{channel}: addresses are not supported"):
        parse(f"{channel}:+12025550123")


@pytest.mark.parametrize(
    "pasted",
    [
        "\u202a+1\u00a0(202)\u00a0555\u20110123\u202c",
        "\u200e+12025550123",
        "+1\u2009202\u2013555\u20130123\u200b",
        "\ufeff202\u00ad5550123",
    ],
)
def test_the_formatting_of_a_pasted_number_is_ignored(pasted: str) -> None:
    assert parse(pasted) == "+12025550123"


def test_a_number_with_00_is_told_to_use_a_plus() -> None:
    with pytest.raises(InvalidRequestError, match="00 at the start with \\+"):
        parse("00442079460018")


def parsed_or_refused_field(text: str) -> str | None:
    try:
        return parse(text)
    except InvalidRequestError as error:
        return error.field


@given(st.text() | st.text(alphabet="0123456789+() .-", max_size=45))
def test_any_text_becomes_e164_or_is_refused_by_field(text: str) -> None:
    outcome = parsed_or_refused_field(text) or ""

    assert outcome == "to" or E164.fullmatch(outcome)


@pytest.mark.parametrize("sender", ["12345", "123456", "ACME", "Acme 24", "A1234567890"])
def test_short_codes_and_names_are_senders(sender: str) -> None:
    assert parse_sender(sender, region="US", field="from") == sender


def test_a_number_in_any_format_is_a_sender() -> None:
    assert parse_sender("(202) 555-0100", region="US", field="from") == "+12025550100"


@pytest.mark.parametrize(
    "sender", ["", " ", "1234", "Acme Telecom Ltd", "A-B", "\u00c4cme", "whatsapp:+12025550100"]
)
def test_other_senders_are_refused_by_field(sender: str) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        parse_sender(sender, region="US", field="from")

    assert caught.value.field == "from"


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("+12025550123", "...0123"),
        ("whatsapp:+12025550123", "...0123"),
        ("12345", "...2345"),
        ("911", "..."),
        ("ACME", "..."),
        ("client:alice1234", "..."),
        ("sip:alice@example.com", "..."),
        ("", "..."),
        (None, None),
    ],
)
def test_a_log_shows_only_the_last_four_digits_of_a_number(
    address: str | None, shown: str | None
) -> None:
    assert masked(address) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("The 'To' number +12025550123 is not valid", "The 'To' number ...0123 is not valid"),
        ("12025550123, +442071838750.", "...0123, ...8750."),
        ("Short: 12345, 911 and +12", "Short: 12345, 911 and +12"),
        (f"SM{'0' * 32} at 2026-11-22, error 21211", f"SM{'0' * 32} at 2026-11-22, error 21211"),
    ],
)
def test_full_numbers_in_a_text_are_masked(text: str, shown: str) -> None:
    assert with_masked_numbers(text) == shown
