"""The parameters of a REST request: PascalCase names, text values, lists as repeated names."""

import re
from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl, urlsplit

from deskphone.account.phone_numbers import e164
from deskphone.account.store import Store
from deskphone.rest.errors import UNNUMBERED, NotEmulatedError, TwilioRefusalError

METHODS = ("GET", "POST")
NAME_LIMIT = 64
NAME = re.compile("[A-Za-z][A-Za-z0-9_.-]{0,39}[<>]?")
NOT_A_FORM = (
    "The request contains something that isn't a parameter. Send its body as a form "
    "(application/x-www-form-urlencoded)."
)
INVALID_FILTER = 20001
"""The code of a filter with an invalid value, as for dates (twilio/twilio-cli issue 99)."""
DEFAULTS: Mapping[str, str] = {
    "AddressRetention": "retain",
    "ApiVersion": "2010-04-01",
    "ContentRetention": "retain",
    "EmergencyStatus": "inactive",
    "RiskCheck": "enable",
    "VoiceReceiveMode": "voice",
    **dict.fromkeys(
        (
            "ForceDelivery", "IncludeSoftDeleted", "ProvideFeedback", "SendAsMms", "ShortenUrls",
            "VoiceCallerIdLookup",
        ),
        "false",
    ),
}  # fmt: skip
"""The values of parameters, in lower case, that ask Twilio for nothing (OpenAPI)."""
HOST_NAME = re.compile(r"[A-Za-z0-9.-]+|\[[0-9a-fA-F:.]+\]")
ENCODED = re.compile("(?:[!-$&-~]|%[0-9A-Fa-f]{2}){0,4000}")


class Parameters:
    """Typed access; each getter raises TwilioRefusalError with Twilio's error code."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self.unknown: list[str] = []
        self._values: dict[str, list[str]] = {}
        for name, value in pairs:
            self._values.setdefault(name, []).append(value)

    @classmethod
    def from_form(cls, body: bytes) -> "Parameters":
        """Read a form body; bytes that are not UTF-8 become the replacement character."""
        text = body.decode("utf-8", "replace")
        return cls(parse_qsl(text, keep_blank_values=True, errors="replace"))

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def pairs(self) -> list[tuple[str, str]]:
        """Return all names with their values."""
        return [(name, value) for name, values in self._values.items() for value in values]

    def check(self, emulated: Iterable[str], known: Iterable[str] = ()) -> None:
        """Refuse (501) a parameter in `known`, which only the real Twilio supports.

        Names that Twilio doesn't know either are added to `unknown`.
        """
        others = self._values.keys() - set(emulated)
        gaps = sorted(name for name in others & set(known) if self._asks_for(name))
        if gaps:
            raise NotEmulatedError(f"The {gaps[0]} parameter")
        self.unknown = sorted(others - set(known))

    def _asks_for(self, name: str) -> bool:
        return self.text(name).lower() not in ("", DEFAULTS.get(name))

    def text(self, name: str) -> str:
        """Return the last value, or ""."""
        return self._values.get(name, [""])[-1]

    def texts(self, name: str) -> list[str]:
        """Return all nonblank values."""
        return [value for value in self._values.get(name, []) if value]

    def number(self, name: str) -> str:
        """Return a phone number as E.164, other text as it is, or ""."""
        value = self.text(name)
        return e164(value) or value

    def friendly_name(self) -> str:
        """Return FriendlyName or ""."""
        value = self.text("FriendlyName")
        if len(value) > NAME_LIMIT:
            advice = f"FriendlyName must be at most {NAME_LIMIT} characters"
            raise TwilioRefusalError(20002, "Invalid FriendlyName", advice=advice)
        return value

    def url(self, name: str, code: int) -> str:
        """Return an absolute http(s) URL or ""."""
        value = self.text(name)
        if value and not is_url(value):
            raise TwilioRefusalError(code, f"{name} is not a valid URL")
        return value

    def status_callback(self) -> str:
        """Return the URL in StatusCallback or "".

        It must be percent-encoded and have at most 4,000 characters (docs/api/errors/21609).
        """
        value = self.url("StatusCallback", 21609)
        if not ENCODED.fullmatch(value):
            raise TwilioRefusalError(21609, "StatusCallback is not a valid URL")
        return value

    def method(self, name: str, code: int, default: str = "POST") -> str:
        """Return GET or POST."""
        value = self.text(name).upper() or default
        if value not in METHODS:
            raise TwilioRefusalError(code, f"{name} must be GET or POST")
        return value

    def flag(self, name: str, code: int = UNNUMBERED, *, default: bool = False) -> bool:
        """Return a boolean. For most of them, Twilio documents no error code."""
        value = self.text(name).lower()
        if value not in ("", "true", "false"):
            raise TwilioRefusalError(code, f"{name} must be true or false")
        return value == "true" if value else default

    def chosen(self, name: str, allowed: Iterable[str]) -> str:
        """Return a filter's value or ""; refuse one that Twilio's OpenAPI doesn't list.

        Twilio doesn't document what it does. An empty list would hide a misspelled value.
        """
        value = self.text(name)
        if value and value not in allowed:
            raise TwilioRefusalError(INVALID_FILTER, f"Invalid {name} value.")
        return value

    def choice(self, name: str) -> bool | None:
        """Return a filter's boolean, or None if it isn't given."""
        value = self.text(name) and self.flag(name, INVALID_FILTER)
        return value if isinstance(value, bool) else None

    def whole(self, name: str, code: int, default: int, minimum: int, maximum: int) -> int:
        """Return a whole number within the limits."""
        value = self.text(name)
        if not value:
            return default
        if not re.fullmatch(r"\d{1,9}", value) or not minimum <= int(value) <= maximum:
            raise TwilioRefusalError(code, f"{name} must be between {minimum} and {maximum}")
        return int(value)


def warn_of_unknown(store: Store, *sent: Parameters) -> None:
    """Raise an alert that names the unknown parameters of a request, if it has any.

    Names that can't be parameters aren't repeated: they may be part of a text or a number.
    """
    unknown = [name for parameters in sent for name in parameters.unknown]
    names = [name for name in unknown if NAME.fullmatch(name)]
    if names:
        shown = ", ".join(names[:5])
        store.alert(
            "", 20001, f"Parameters unknown to this emulator were ignored: {shown}", "warning"
        )
    if len(names) < len(unknown):  # JSON, perhaps, with numbers and texts in it
        store.alert("", 20001, NOT_A_FORM, "warning")


def is_url(value: str) -> bool:
    """Whether Twilio would request this URL: absolute http(s), a host name without underscores.

    Nonprintable characters, such as line breaks, can't be part of a request or a Location header.
    """
    if not value.isprintable():
        return False
    try:
        parts = urlsplit(value)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(HOST_NAME.fullmatch(host))
