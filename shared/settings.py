"""The app's settings, read once from a mapping (in the cloud: the app settings)."""

import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Literal, NamedTuple
from urllib.parse import urlsplit

from shared.errors import ConfigurationError
from shared.local_stack import is_loopback
from shared.phone_numbers import E164, is_short_code_or_name

# No user, query or fragment, and nothing that programs read in different ways.
_BASE_URL = r"https?://[\w.:\[\]-]+(/[\w.~!$&'()*+,;=:@%/-]*)?"
MESSAGING_SERVICE_SID = re.compile(r"MG[0-9a-fA-F]{32}")

# The entry of BLOCKED_CALLERS that stands for everybody who shows no number.
ANONYMOUS = "anonymous"
# A year: a link that never ends would be a key.
MAX_LINK_HOURS = 8784

RestCredential = Literal["auth_token", "api_key"]
RejectReason = Literal["rejected", "busy"]


class Secret(StrEnum):
    """The secrets, by their names in Key Vault."""

    ACCOUNT_SID = "TwilioAccountSid"
    AUTH_TOKEN = "TwilioAuthToken"  # noqa: S105 - a name, not a secret
    AUTH_TOKEN_SECONDARY = "TwilioAuthTokenSecondary"  # noqa: S105 - a name, not a secret
    API_KEY_SID = "TwilioApiKeySid"
    API_KEY_SECRET = "TwilioApiKeySecret"  # noqa: S105 - a name, not a secret
    LINK_SIGNING_KEY = "LinkSigningKey"

    @property
    def setting(self) -> str:
        """The app setting that holds the secret where there is no vault: TWILIO_AUTH_TOKEN.

        What is not of Twilio has no such prefix: LINK_SIGNING_KEY.
        """
        return f"TWILIO_{self.name}" if self.startswith("Twilio") else self.name


class HiddenValues(dict[Secret, str]):
    """Secrets by name; its repr shows no value."""

    def __repr__(self) -> str:
        """The names alone."""
        return f"<values of {', '.join(self) or 'no secret'}>"


class Settings(NamedTuple):
    """Checked settings; "" stands for one that is not set.

    `public_url` is what Twilio sees: scheme, host and perhaps a path, without a slash at the end.
    (A tuple, because a dataclass would take a large part of an answer's import.)
    """

    key_vault_url: str = ""
    client_id: str = ""
    managed_identity: bool = False
    rest_credential: RestCredential = "auth_token"
    from_number: str = ""
    messaging_service_sid: str = ""
    public_url: str = ""
    default_region: str = "US"
    local_stack_url: str = ""
    blocked_callers: frozenset[str] = frozenset()
    blocked_callers_reason: RejectReason = "rejected"
    link_lifetime_hours: int = 168
    secrets: Mapping[Secret, str] = HiddenValues()

    @classmethod
    def from_mapping(cls, values: Mapping[str, str]) -> "Settings":
        """Check all settings; raise one ConfigurationError that names each malformed one."""
        given = {name: value.strip() for name, value in values.items() if value.strip()}
        malformed = [
            f"{name} ({rule})"
            for name, (is_valid, rule) in _RULES.items()
            if name in given and not is_valid(given[name])
        ]
        if malformed:
            raise ConfigurationError(f"malformed settings: {', '.join(malformed)}")
        return cls(
            key_vault_url=given.get("KEY_VAULT_URL", "").rstrip("/"),
            client_id=given.get("AZURE_CLIENT_ID", ""),
            managed_identity="IDENTITY_ENDPOINT" in given,
            rest_credential="api_key" if _wants_api_key(given) else "auth_token",
            from_number=given.get("TWILIO_FROM_NUMBER", ""),
            messaging_service_sid=given.get("TWILIO_MESSAGING_SERVICE_SID", ""),
            public_url=_public_url(given),
            default_region=given.get("DEFAULT_REGION", "US").upper(),
            local_stack_url=given.get("LOCAL_STACK_URL", "").rstrip("/"),
            blocked_callers=frozenset(_listed(given.get("BLOCKED_CALLERS", ""))),
            blocked_callers_reason=_reject_reason(given),
            link_lifetime_hours=int(given.get("LINK_LIFETIME_HOURS", "168")),
            secrets=HiddenValues(
                (name, given[name.setting]) for name in Secret if name.setting in given
            ),
        )

    @property
    def rest_secrets(self) -> tuple[Secret, ...]:
        """The secrets that a request to Twilio's REST API needs."""
        if self.rest_credential == "api_key":
            return (Secret.ACCOUNT_SID, Secret.API_KEY_SID, Secret.API_KEY_SECRET)
        return (Secret.ACCOUNT_SID, Secret.AUTH_TOKEN)

    def require(
        self,
        *secrets: Secret,
        sender: bool = False,
        from_number: bool = False,
        public_url: bool = False,
    ) -> None:
        """Raise one ConfigurationError that names every setting that is needed but not set.

        `sender` asks for a number or a messaging service, `from_number` for the number. Secrets
        are settings only where there is no Key Vault; a missing secret of a vault is found when
        it is read.
        """
        missing: list[str] = []
        if not self.key_vault_url:
            missing += [secret.setting for secret in secrets if secret not in self.secrets]
        if sender and not (self.from_number or self.messaging_service_sid):
            missing.append("TWILIO_FROM_NUMBER (or TWILIO_MESSAGING_SERVICE_SID)")
        if from_number and not self.from_number:
            missing.append("TWILIO_FROM_NUMBER")
        if public_url and not self.public_url:
            missing.append("PUBLIC_URL (or WEBSITE_HOSTNAME)")
        if missing:
            raise ConfigurationError(f"missing settings: {', '.join(missing)}")


def _wants_api_key(given: Mapping[str, str]) -> bool:
    return given.get("TWILIO_REST_CREDENTIAL") == "api_key"


def _reject_reason(given: Mapping[str, str]) -> RejectReason:
    return "busy" if given.get("BLOCKED_CALLERS_REASON") == "busy" else "rejected"


def _listed(text: str) -> list[str]:
    """The entries of a list with commas, in lower case; numbers may be set apart for reading."""
    entries = (re.sub(r"[\s().-]", "", entry).lower() for entry in text.split(","))
    return [entry for entry in entries if entry]


def _public_url(given: Mapping[str, str]) -> str:
    """PUBLIC_URL, else the host name that Azure (or Core Tools, on loopback) gives the app."""
    if "PUBLIC_URL" in given:
        return given["PUBLIC_URL"].rstrip("/")
    if "WEBSITE_HOSTNAME" not in given:
        return ""
    host = given["WEBSITE_HOSTNAME"]
    scheme = "http" if is_loopback(f"http://{host}") else "https"
    return f"{scheme}://{host}"


def _is_base_url(text: str) -> bool:
    """An http(s) URL that paths can be appended to."""
    if not re.fullmatch(_BASE_URL, text, re.ASCII | re.IGNORECASE):
        return False
    try:
        url = urlsplit(text)
        return bool(url.hostname) and (url.port is None or url.port > 0)
    except ValueError:
        return False


def _is_vault_url(text: str) -> bool:
    return text.startswith("https://") and _is_base_url(text)


_RULES: Mapping[str, tuple[Callable[[str], bool], str]] = {
    "KEY_VAULT_URL": (_is_vault_url, "must look like https://name.vault.azure.net"),
    "TWILIO_REST_CREDENTIAL": (
        lambda text: text in ("auth_token", "api_key"),
        "must be auth_token or api_key",
    ),
    "TWILIO_FROM_NUMBER": (
        lambda text: bool(E164.fullmatch(text)) or is_short_code_or_name(text),
        "must be a number like +12025550100, a short code or an alphanumeric sender",
    ),
    "TWILIO_MESSAGING_SERVICE_SID": (
        lambda text: bool(MESSAGING_SERVICE_SID.fullmatch(text)),
        "must be MG and 32 hexadecimal digits",
    ),
    "PUBLIC_URL": (_is_base_url, "must be an http(s) URL without user, query or fragment"),
    "DEFAULT_REGION": (
        lambda text: len(text) == 2 and text.isascii() and text.isalpha(),
        "must be two letters, for example US",
    ),
    "BLOCKED_CALLERS": (
        lambda text: all(e == ANONYMOUS or E164.fullmatch(e) for e in _listed(text)),
        "must be numbers like +12025550123, or the word anonymous, with commas between them",
    ),
    "BLOCKED_CALLERS_REASON": (
        lambda text: text in ("rejected", "busy"),
        "must be rejected or busy",
    ),
    "LINK_LIFETIME_HOURS": (
        lambda text: bool(re.fullmatch("[0-9]{1,4}", text)) and 1 <= int(text) <= MAX_LINK_HOURS,
        f"must be a whole number from 1 to {MAX_LINK_HOURS}",
    ),
    "LOCAL_STACK_URL": (
        lambda text: is_loopback(text) and _is_base_url(text),
        "must be a loopback address",
    ),
}
