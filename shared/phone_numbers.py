"""Normalize phone numbers and senders, however people write them, to the form Twilio accepts."""

import re
import unicodedata
from collections.abc import Collection

from shared.errors import InvalidRequestError

E164 = re.compile(r"\+[1-9][0-9]{1,14}")
SHORT_CODE = re.compile(r"[0-9]{5,6}")
# Short codes and a country's other short numbers, such as emergency services.
SHORT_NUMBER = re.compile(r"[0-9]{3,6}")
ALPHANUMERIC_SENDER = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}")
MESSAGING_SERVICE_SID = re.compile(r"MG[0-9a-fA-F]{32}")
MAX_CHARS = 40
# How Twilio reports a withheld number: a word, or the word as typed on a keypad.
# Source: Twilio's voice webhooks, and its help page on calls from unusual numbers.
WITHHELD = frozenset(
    {
        *("anonymous", "blocked", "restricted", "unavailable", "unknown"),
        *("+266696687", "+2562533", "+7378742833", "+86282452253", "+8656696"),
    }
)

# By Unicode category: other spaces and hyphens, and format characters, which are invisible.
_PLAIN = {"Zs": " ", "Pd": "-", "Cf": ""}
# Until 2019 a mobile number in Mexico had a 1 after the country code. Twilio still reports callers
# and texters with it, and reaches them without it.
_OLD_MEXICAN = re.compile(r"\+521([0-9]{10})")

_WRITTEN_NUMBER = re.compile(r"[ (]*+\+?[0-9().\- ]+")
_CHANNEL = re.compile(r"\s*([A-Za-z]+):")
# Doesn't match inside a SID or a time.
_NUMBER_IN_TEXT = re.compile(r"(?<![\w+])\+?[0-9]{3,11}([0-9]{4})(?!\w)", re.ASCII)


def parse_number(text: str, *, region: str, field: str) -> str:
    """Parse a number in E.164 or in the national form of `region`, and return it in E.164.

    `(415) 555-1212`, `415-555-1212` and `+14155551212` are the same number in region US. Accept
    any possible number; only Twilio knows whether it is in use. Ignore invisible characters, as in
    numbers copied from a contact or a web page. Raise InvalidRequestError with `field`.
    """
    _refuse_channels(text, field)
    text = without_formatting(text)
    if len(text) > MAX_CHARS or not _WRITTEN_NUMBER.fullmatch(text):
        raise InvalidRequestError(
            f"`{field}` must be a phone number, for example +12025550123. "
            "Use only digits, spaces, periods and the characters + ( ) and -.",
            field=field,
        )
    return _to_e164(text, region, field)


def without_formatting(text: str) -> str:
    """Return a written number with plain spaces and hyphens, and without invisible characters.

    A text much longer than a number stays as it is.
    """
    if text.isascii() or len(text) > 4 * MAX_CHARS:
        return text
    return "".join(_PLAIN.get(unicodedata.category(one), one) for one in text)


def one_spelling(number: str) -> str:
    """Return the spelling of an E.164 number that reaches its phone; other text unchanged.

    Only Mexican mobile numbers have a second one: +521 for +52.
    """
    old = _OLD_MEXICAN.fullmatch(number)
    return f"+52{old[1]}" if old else number


def parse_recipient(text: str, allowed: Collection[str], *, region: str, field: str) -> str:
    """Work like parse_number, but return a short number unchanged; the guards check it later.

    Some countries have full numbers of six digits. There only numbers in `allowed` count as short.
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
    """Work like parse_number, but return short codes and alphanumeric senders unchanged.

    Twilio's rules: a short code has 5 or 6 digits; an alphanumeric sender has up to 11 letters,
    digits and spaces, including at least one letter.
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
    """Return whether `text` is a short code or an alphanumeric sender."""
    return bool(SHORT_CODE.fullmatch(text) or ALPHANUMERIC_SENDER.fullmatch(text))


def masked(address: str | None) -> str | None:
    """Return the last four digits of a number, for logs; hide anything that isn't a long number."""
    if address is None:
        return None
    digits = address.rpartition(":")[2].removeprefix("+")
    if digits.isascii() and digits.isdigit() and len(digits) > 4:
        return f"...{digits[-4:]}"
    return "..."


def with_masked_numbers(text: str) -> str:
    """Mask every full phone number in `text`, leaving its last four digits."""
    return _NUMBER_IN_TEXT.sub(r"...\1", text)


def is_withheld(caller: str | None) -> bool:
    """Return whether the caller's number, as Twilio reports it, is withheld."""
    return not caller or caller.strip().lower() in WITHHELD


def _refuse_channels(text: str, field: str) -> None:
    """Reject addresses like `whatsapp:+1202...`; this app doesn't support their rules."""
    channel = _CHANNEL.match(text[:MAX_CHARS])
    if channel:
        raise InvalidRequestError(
            f"`{field}` must be a phone number; {channel[1][:20]}: addresses are not supported.",
            field=field,
        )


def _to_e164(text: str, region: str, field: str) -> str:
    """Parse a number whose characters have been checked."""
    import phonenumbers  # takes about 40 ms, and TwiML answers never need it

    try:
        number = phonenumbers.parse(text, region)
        written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        if one_spelling(written) != written:
            number = phonenumbers.parse(one_spelling(written))
    except phonenumbers.NumberParseException as error:
        raise InvalidRequestError(
            f"`{field}` is not a valid phone number. Check it, and start with + and the country "
            f"code unless it is a national number ({region}).",
            field=field,
        ) from error
    # is_possible_number would accept local numbers without an area code; they can't be dialed here.
    possible = phonenumbers.is_possible_number_with_reason(number)
    if possible != phonenumbers.ValidationResult.IS_POSSIBLE:
        raise InvalidRequestError(
            f"`{field}` has too few or too many digits for a phone number. {_advice(text)}",
            field=field,
        )
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _advice(text: str) -> str:
    if text.lstrip(" (").startswith("00"):
        return "Replace the 00 at the start with +."
    return "Include the country code, for example +12025550123."
