"""Parse phone numbers like Twilio does in From and To."""

import re

import phonenumbers

ALPHANUMERIC = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}")
SHORT_CODE = re.compile(r"\d{5,6}")
CHANNEL = re.compile(r"(whatsapp|rcs|messenger|client|sip|sim):.*", re.IGNORECASE)
CLIENT = "client:"
"""How the address of a browser or mobile client begins, before its identity."""
IDENTITY = re.compile(r"[!-~]{1,256}")
"""Source of the length: twilio.com/docs/voice/twiml/client."""
NORTH_AMERICA = 1
UNASSIGNED_555 = re.compile(r"(?!500)\d{3}555(?!01\d\d|1212)\d{4}")
"""+1 500 555 has the magic numbers of test credentials."""
WRITTEN_NUMBER = re.compile(r"[+\d][\d ().-]*|\([\d ().-]+")


def e164(text: str, region: str = "US") -> str | None:
    """Return the number as E.164 (+12025550123), or None if it isn't a phone number.

    National numbers of the region are accepted with any separators (twilio.com/docs/errors/21212).
    """
    if not WRITTEN_NUMBER.fullmatch(text.strip()):
        return None
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    possible = phonenumbers.is_possible_number_with_reason(number)
    if possible != phonenumbers.ValidationResult.IS_POSSIBLE:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def is_unreachable(text: str) -> bool:
    """Whether Twilio never reaches a number (13224), in any form that `e164` accepts.

    Its country code, or its North American area code or exchange, isn't assigned. The exchange 555
    only has the block for fiction and directory assistance (twilio.com/docs/api/errors/13224).
    """
    try:
        number = phonenumbers.parse(text, "US")
    except phonenumbers.NumberParseException as error:
        is_number = WRITTEN_NUMBER.fullmatch(text.strip()) is not None
        return is_number and error.error_type == error.INVALID_COUNTRY_CODE
    if number.country_code != NORTH_AMERICA or e164(text) is None:
        return False
    is_unassigned_555 = UNASSIGNED_555.fullmatch(str(number.national_number)) is not None
    return is_unassigned_555 or not phonenumbers.is_valid_number(number)


def region_of(number: str | None) -> str:
    """Return the country code of an E.164 number, such as US, or "" if unknown."""
    try:
        return phonenumbers.region_code_for_number(phonenumbers.parse(number or "")) or ""
    except phonenumbers.NumberParseException:
        return ""


def kind_of(number: str) -> str:
    """Return Twilio's type for an E.164 number: local, mobile or toll-free."""
    try:
        found = phonenumbers.number_type(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return "local"
    kinds = phonenumbers.PhoneNumberType
    return {kinds.MOBILE: "mobile", kinds.TOLL_FREE: "toll-free"}.get(found, "local")


def national(number: str) -> str:
    """Return a number in the format that Twilio displays: (202) 555-0123, or +442071838750.

    Only North American numbers are formatted (OpenAPI, Call resource; recordings, 2014 to 2025).
    """
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return number
    if parsed.country_code != NORTH_AMERICA:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)


def masked(number: str) -> str:
    """Return a number as some of Twilio's errors show it, without its last four digits."""
    return f"{number[:-4]}XXXX"


def is_alphanumeric(text: str) -> bool:
    """Whether this is an alphanumeric sender."""
    return bool(ALPHANUMERIC.fullmatch(text))


def is_short_code(text: str) -> bool:
    """Whether this is a short code."""
    return bool(SHORT_CODE.fullmatch(text))


def is_client(text: str) -> bool:
    """Whether this is the address of a client, such as client:alice."""
    return text.startswith(CLIENT) and IDENTITY.fullmatch(text[len(CLIENT) :]) is not None


def is_other_channel(text: str) -> bool:
    """Whether this addresses WhatsApp, RCS, a client or SIP."""
    return bool(CHANNEL.fullmatch(text))
