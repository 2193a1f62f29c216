"""Phone numbers and senders: what people write becomes what Twilio takes."""

import re
from collections.abc import Collection

from shared.errors import ConfigurationError, InvalidRequestError

E164 = re.compile(r"\+[1-9][0-9]{1,14}")
SHORT_CODE = re.compile(r"[0-9]{5,6}")
# Short codes, and what a country has besides: emergency calls, directories.
SHORT_NUMBER = re.compile(r"[0-9]{3,6}")
ALPHANUMERIC_SENDER = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}")
MESSAGING_SERVICE_SID = re.compile(r"MG[0-9a-fA-F]{32}")
MAX_CHARS = 40
# What stands for a number that is withheld: a word, or the word as it is typed on a keypad.
# Source: Twilio's voice webhooks, and its help page on numbers that no caller has.
WITHHELD = frozenset(
    {
        *("anonymous", "blocked", "restricted", "unavailable", "unknown"),
        *("+266696687", "+2562533", "+7378742833", "+86282452253", "+8656696"),
    }
)

_WRITTEN_NUMBER = re.compile(r"[ (]*+\+?[0-9().\- ]+")
_CHANNEL = re.compile(r"\s*([A-Za-z]+):")
# No part of a SID or of a time.
_NUMBER_IN_TEXT = re.compile(r"(?<![\w+])\+?[0-9]{3,11}([0-9]{4})(?!\w)", re.ASCII)


def parse_number(text: str, *, region: str, field: str) -> str:
    """Return the E.164 form of a number written in E.164 or in the national form of `region`.

    `(415) 555-1212`, `415-555-1212` and `+14155551212` are the same number in region US. Only
    possible numbers pass; whether a number is real is for Twilio to say. Raise InvalidRequestError
    naming `field`, or ConfigurationError when `region` does not exist.
    """
    _refuse_channels(text, field)
    if len(text) > MAX_CHARS or not _WRITTEN_NUMBER.fullmatch(text):
        raise InvalidRequestError(
            f"`{field}` must be a phone number, for example +12025550123. "
            "Use only digits, spaces, periods and the characters + ( ) -",
            field=field,
        )
    return _to_e164(text, region, field)


def parse_recipient(text: str, allowed: Collection[str], *, region: str, field: str) -> str:
    """Like parse_number, but a short number passes as it is: the guards decide about it.

    Some countries have full numbers of six digits; there the short ones are those of `allowed`.
    """
    if not SHORT_NUMBER.fullmatch(text):
        return parse_number(text, region=region, field=field)
    if text in allowed:
        return text
    try:
        return parse_number(text, region=region, field=field)
    except InvalidRequestError:
        return text


def parse_sender(text: str, *, region: str, field: str) -> str:
    """Like parse_number, but short codes and alphanumeric senders pass as they are.

    Twilio's rules: a short code has 5 or 6 digits; an alphanumeric sender has up to 11 letters,
    digits and blanks, at least one of them a letter.
    """
    _refuse_channels(text, field)
    if is_short_code_or_name(text):
        return text
    if any(character.isalpha() for character in text[:MAX_CHARS]):
        raise InvalidRequestError(
            f"`{field}` must be a phone number, a short code of 5 or 6 digits, or a sender name of "
            "up to 11 letters (A to Z), digits and spaces.",
            field=field,
        )
    return parse_number(text, region=region, field=field)


def is_short_code_or_name(text: str) -> bool:
    """Whether `text` is a short code or an alphanumeric sender."""
    return bool(SHORT_CODE.fullmatch(text) or ALPHANUMERIC_SENDER.fullmatch(text))


def masked(address: str | None) -> str | None:
    """The last four digits of a number, for logs; anything that is not a long number is hidden."""
    if address is None:
        return None
    digits = address.rpartition(":")[2].removeprefix("+")
    if digits.isascii() and digits.isdigit() and len(digits) > 4:
        return f"...{digits[-4:]}"
    return "..."


def with_masked_numbers(text: str) -> str:
    """A text of somebody else, for answers: the last four digits of each full number in it."""
    return _NUMBER_IN_TEXT.sub(r"...\1", text)


def is_withheld(caller: str | None) -> bool:
    """Whether a caller, as Twilio names it, shows no number."""
    return not caller or caller.strip().lower() in WITHHELD


def _refuse_channels(text: str, field: str) -> None:
    """`whatsapp:+1202...` and the like have rules of their own, which this app does not know."""
    channel = _CHANNEL.match(text[:MAX_CHARS])
    if channel:
        raise InvalidRequestError(
            f"`{field}` must be a phone number; {channel[1][:20]}: addresses are not supported.",
            field=field,
        )


def _to_e164(text: str, region: str, field: str) -> str:
    """Let the library read a number that consists of harmless characters."""
    import phonenumbers  # costs about 40 ms, and answers never need it

    if region not in phonenumbers.SUPPORTED_REGIONS:
        raise ConfigurationError(
            "DEFAULT_REGION is not a known country code. Use an ISO 3166 code, for example US."
        )
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException as error:
        raise InvalidRequestError(
            f"`{field}` is not a valid phone number. Check it, and start with + and the country "
            f"code unless it is a national number ({region}).",
            field=field,
        ) from error
    # "Possible" would include local numbers without an area code, which nobody can dial from here.
    possible = phonenumbers.is_possible_number_with_reason(number)
    if possible != phonenumbers.ValidationResult.IS_POSSIBLE:
        raise InvalidRequestError(
            f"`{field}` has too few or too many digits for a phone number. "
            "Include the country code, for example +12025550123.",
            field=field,
        )
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
