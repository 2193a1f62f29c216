"""The app's settings, read once from a mapping (in the cloud: the app settings)."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Literal, NamedTuple

from shared.config.guard_settings import GuardSettings, entries
from shared.config.local_stack import is_loopback
from shared.config.setting_rules import broken_rules
from shared.errors import ConfigurationError

RestCredential = Literal["auth_token", "api_key"]
RejectReason = Literal["rejected", "busy"]
StorageOutage = Literal["refuse_keyed", "refuse_all", "send_all"]

LEDGER_TABLE = "SwitchboardLedger"
# Long enough for Twilio's first report of a message, short enough for an impatient caller.
SETTLE_WINDOW_S = 60
# A send takes at most this long, however often it is tried and however slow Twilio is.
SEND_LIMIT_S = 40.0
RETRY_BUDGET_S = 10.0


class Secret(StrEnum):
    """The secrets, by their names in Key Vault."""

    ACCOUNT_SID = "TwilioAccountSid"
    AUTH_TOKEN = "TwilioAuthToken"  # noqa: S105 - a name, not a secret
    AUTH_TOKEN_SECONDARY = "TwilioAuthTokenSecondary"  # noqa: S105 - a name, not a secret
    API_KEY_SID = "TwilioApiKeySid"
    API_KEY_SECRET = "TwilioApiKeySecret"  # noqa: S105 - a name, not a secret
    API_KEY_SID_SECONDARY = "TwilioApiKeySidSecondary"
    API_KEY_SECRET_SECONDARY = "TwilioApiKeySecretSecondary"  # noqa: S105 - a name, not a secret
    WEBHOOK_KEY = "TwilioWebhookKey"
    WEBHOOK_KEY_SECONDARY = "TwilioWebhookKeySecondary"
    LINK_SIGNING_KEY = "LinkSigningKey"
    LINK_SIGNING_KEY_SECONDARY = "LinkSigningKeySecondary"

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


class HiddenText(str):
    """A secret text; its repr does not show it."""

    __slots__ = ()

    def __repr__(self) -> str:
        """Whether there is one."""
        return "<hidden>" if self else "''"


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
    local_twilio_url: str = ""
    blocked_callers: frozenset[str] = frozenset()
    blocked_callers_reason: RejectReason = "rejected"
    link_lifetime_hours: int = 168
    storage_connection: str = HiddenText("")
    storage_table_url: str = ""
    storage_client_id: str = ""
    ledger_table: str = LEDGER_TABLE
    storage_outage: StorageOutage = "refuse_keyed"
    settle_window_s: int = SETTLE_WINDOW_S
    guards: GuardSettings = GuardSettings()
    secrets: Mapping[Secret, str] = HiddenValues()

    @classmethod
    def from_mapping(cls, values: Mapping[str, str]) -> "Settings":
        """Check all settings; raise one ConfigurationError that names each malformed one."""
        given = {name: value.strip() for name, value in values.items() if value.strip()}
        malformed = broken_rules(given)
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
            local_twilio_url=_local_twilio_url(given),
            blocked_callers=frozenset(entries(given.get("BLOCKED_CALLERS", ""))),
            blocked_callers_reason=_reject_reason(given),
            link_lifetime_hours=int(given.get("LINK_LIFETIME_HOURS", "168")),
            storage_connection=HiddenText(given.get("AzureWebJobsStorage", "")),
            storage_table_url=_storage_table_url(given),
            storage_client_id=given.get(
                "AzureWebJobsStorage__clientId", given.get("AZURE_CLIENT_ID", "")
            ),
            ledger_table=given.get("LEDGER_TABLE", LEDGER_TABLE),
            storage_outage=_storage_outage(given),
            settle_window_s=int(given.get("SETTLE_WINDOW_SECONDS", SETTLE_WINDOW_S)),
            guards=GuardSettings.from_checked(given),
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

    @property
    def rest_secrets_secondary(self) -> tuple[Secret, ...]:
        """The secrets that count when Twilio refuses those of `rest_secrets`."""
        if self.rest_credential == "api_key":
            key = (Secret.API_KEY_SID_SECONDARY, Secret.API_KEY_SECRET_SECONDARY)
            return (Secret.ACCOUNT_SID, *key)
        return (Secret.ACCOUNT_SID, Secret.AUTH_TOKEN_SECONDARY)

    @property
    def send_limit_s(self) -> float:
        """How long one send may take; over well before anybody may ask whether to send again."""
        return min(SEND_LIMIT_S, self.settle_window_s * 2 / 3)

    @property
    def retry_budget_s(self) -> float:
        """How long a send that did nothing may be repeated."""
        return min(RETRY_BUDGET_S, self.settle_window_s / 6)

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


def _storage_outage(given: Mapping[str, str]) -> StorageOutage:
    if given.get("STORAGE_OUTAGE") == "refuse_all":
        return "refuse_all"
    return "send_all" if given.get("STORAGE_OUTAGE") == "send_all" else "refuse_keyed"


def _storage_table_url(given: Mapping[str, str]) -> str:
    """The table service of the app's storage account, where an identity opens it."""
    name = given.get("AzureWebJobsStorage__accountName", "")
    address = f"https://{name}.table.core.windows.net" if name else ""
    return given.get("AzureWebJobsStorage__tableServiceUri", address).rstrip("/")


def _local_twilio_url(given: Mapping[str, str]) -> str:
    """Where the local stack has a door for Twilio's SDK; one that can be closed on purpose."""
    everything = given.get("LOCAL_STACK_URL", "")
    return given.get("LOCAL_STACK_TWILIO_URL", everything).rstrip("/") if everything else ""


def _public_url(given: Mapping[str, str]) -> str:
    """PUBLIC_URL, else the host name that Azure (or Core Tools, on loopback) gives the app."""
    if "PUBLIC_URL" in given:
        return given["PUBLIC_URL"].rstrip("/")
    if "WEBSITE_HOSTNAME" not in given:
        return ""
    host = given["WEBSITE_HOSTNAME"]
    scheme = "http" if is_loopback(f"http://{host}") else "https"
    return f"{scheme}://{host}"
