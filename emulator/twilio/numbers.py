"""Phone numbers as Twilio reads them in From and To."""

import re

import phonenumbers

ALPHANUMERIC = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}")
SHORT_CODE = re.compile(r"\d{5,6}")
CHANNEL = re.compile(r"(whatsapp|rcs|messenger|client|sip|sim):.*", re.IGNORECASE)


def e164(text: str) -> str | None:
    """Return the number as E.164 (+12025550123), or None when it is none.

    Ten digits of the United States pass with any separators (twilio.com/docs/errors/21212).
    """
    try:
        number = phonenumbers.parse(text, "US")
    except phonenumbers.NumberParseException:
        return None
    if number.extension or not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def national(number: str) -> str:
    """Return the way Twilio shows a number: (202) 555-0123."""
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)


def is_sender_name(text: str) -> bool:
    """Whether this is an alphanumeric sender or a short code."""
    return bool(ALPHANUMERIC.fullmatch(text) or SHORT_CODE.fullmatch(text))


def is_other_channel(text: str) -> bool:
    """Whether this addresses WhatsApp, RCS, a client or SIP."""
    return bool(CHANNEL.fullmatch(text))
