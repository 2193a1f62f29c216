"""The app's settings, read once from a mapping (in Azure: the app settings)."""

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import partial
from typing import Literal

from shared.config import kinds
from shared.config.guard_settings import GuardSettings
from shared.config.local_stack import is_loopback
from shared.config.tables import Kind, Setting, Table, copying_fault, setting
from shared.errors import ConfigurationError

RestCredential = Literal["auth_token", "api_key"]
RejectReason = Literal["rejected", "busy"]
StorageOutage = Literal["refuse_keyed", "refuse_all", "send_all"]

# A send takes at most this long, retries included.
SEND_LIMIT_S = 40.0
RETRY_BUDGET_S = 10.0
# An unknown outcome never lasts longer than a day.
MAX_SETTLE_WINDOW_S = 86_400


class Secret(StrEnum):
    """The secrets, named as in Key Vault."""

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
        """The app setting that holds the secret without a vault, such as TWILIO_AUTH_TOKEN.

        Only Twilio's secrets have the prefix; another one is LINK_SIGNING_KEY.
        """
        return f"TWILIO_{self.name}" if self.startswith("Twilio") else self.name


_ACCOUNT_SID = re.compile("AC[0-9a-fA-F]{32}")
_API_KEY_SID = re.compile("SK[0-9a-fA-F]{32}")
# https://www.twilio.com/docs/glossary/what-is-a-sid
_SIDS = {
    Secret.ACCOUNT_SID: (_ACCOUNT_SID, "must be AC followed by 32 hexadecimal digits"),
    Secret.API_KEY_SID: (_API_KEY_SID, "must be SK followed by 32 hexadecimal digits"),
    Secret.API_KEY_SID_SECONDARY: (_API_KEY_SID, "must be SK followed by 32 hexadecimal digits"),
}


def secret_fault(secret: Secret, text: str) -> str:
    """Return what is wrong with a secret, without showing it; "" if it can work."""
    pattern, rule = _SIDS.get(secret, (None, ""))
    is_sid = pattern is None or pattern.fullmatch(text)
    return copying_fault(text) or ("" if is_sid else rule)


def require_valid(secrets: Iterable[tuple[Secret, str]]) -> None:
    """Raise ConfigurationError if some of these secrets cannot work."""
    faults = ((secret, secret_fault(secret, value)) for secret, value in secrets)
    malformed = [f"{secret} ({fault})" for secret, fault in faults if fault]
    if malformed:
        raise ConfigurationError(f"Malformed secrets: {', '.join(malformed)}.")


class HiddenValues(dict[Secret, str]):
    """Secrets by name; `repr` hides their values."""

    def __repr__(self) -> str:
        """Show only the names."""
        return f"<values of {', '.join(self) or 'no secret'}>"


class HiddenText(str):
    """A secret text; `repr` hides it."""

    __slots__ = ()

    def __repr__(self) -> str:
        """Show only whether it is empty."""
        return "<hidden>" if self else "''"


class Settings(Table):
    """The table of settings; "" means not set.

    `public_url` is the app's URL as Twilio sees it: scheme, host and an optional path, without a
    trailing slash.
    """

    key_vault_url: str = setting(
        "KEY_VAULT_URL", kinds.https_host("https://name.vault.azure.net"), default=""
    )
    client_id: str = setting("AZURE_CLIENT_ID", kinds.TEXT, default="")
    managed_identity: bool = setting("IDENTITY_ENDPOINT", kinds.PRESENCE, default=False)
    rest_credential: RestCredential = setting(
        "TWILIO_REST_CREDENTIAL", kinds.choice(RestCredential), default="auth_token"
    )
    from_number: str = setting("TWILIO_FROM_NUMBER", kinds.SENDER, default="")
    messaging_service_sid: str = setting(
        "TWILIO_MESSAGING_SERVICE_SID", kinds.MESSAGING_SERVICE, default=""
    )
    public_url: str = setting("PUBLIC_URL", kinds.BASE_URL, default="")
    host_name: str = setting("WEBSITE_HOSTNAME", kinds.TEXT, default="")
    default_region: str = setting("DEFAULT_REGION", kinds.REGION, default="US")
    local_stack_url: str = setting("LOCAL_STACK_URL", kinds.LOCAL_URL, default="")
    local_twilio_url: str = setting("LOCAL_STACK_TWILIO_URL", kinds.LOCAL_URL, default="")
    blocked_callers: frozenset[str] = setting("BLOCKED_CALLERS", kinds.CALLERS, default=frozenset())
    blocked_callers_reason: RejectReason = setting(
        "BLOCKED_CALLERS_REASON", kinds.choice(RejectReason), default="rejected"
    )
    # A year at most: a link that never expires would be a key.
    link_lifetime_hours: int = setting("LINK_LIFETIME_HOURS", kinds.whole(1, 8784), default=168)
    twiml_app_sid: str = setting("TWILIO_TWIML_APP_SID", kinds.TWIML_APP, default="")
    twilio_region: str = setting("TWILIO_REGION", kinds.TWILIO_REGION, default="")
    client_token_s: int = setting("CLIENT_TOKEN_SECONDS", kinds.whole(60, 86_400), default=3600)
    client_identity_from: str = setting("CLIENT_IDENTITY_FROM", kinds.SIGN_IN, default="")
    client_softphone: bool = setting("CLIENT_SOFTPHONE", kinds.SWITCH, default=False)
    has_sign_in: bool = setting("WEBSITE_AUTH_ENABLED", kinds.RUNTIME_SWITCH, default=False)
    storage_connection: str = setting(
        "AzureWebJobsStorage", Kind("", bool, HiddenText), default=HiddenText("")
    )
    storage_account: str = setting(
        "AzureWebJobsStorage__accountName", kinds.STORAGE_ACCOUNT, default=""
    )
    storage_table_url: str = setting(
        "AzureWebJobsStorage__tableServiceUri",
        kinds.https_url("https://name.table.core.windows.net"),
        default="",
    )
    storage_client_id: str = setting("AzureWebJobsStorage__clientId", kinds.TEXT, default="")
    ledger_table: str = setting("LEDGER_TABLE", kinds.TABLE_NAME, default="SwitchboardLedger")
    storage_outage: StorageOutage = setting(
        "STORAGE_OUTAGE", kinds.choice(StorageOutage), default="refuse_keyed"
    )
    # Long enough for Twilio's first report of a message, short enough for an impatient caller.
    settle_window_s: int = setting(
        "SETTLE_WINDOW_SECONDS", kinds.whole(3, MAX_SETTLE_WINDOW_S), default=60
    )
    traces: bool = setting(
        "PYTHON_APPLICATIONINSIGHTS_ENABLE_TELEMETRY", kinds.RUNTIME_SWITCH, default=False
    )
    guards: GuardSettings = GuardSettings()
    secrets: Mapping[Secret, str] = HiddenValues()

    @classmethod
    def from_mapping(cls, values: Mapping[str, str]) -> "Settings":
        """Check all settings; raise one ConfigurationError that names every malformed one."""
        given = {name: value.strip() for name, value in values.items() if value.strip()}
        faults = {row.name: row.kind.fault for row in all_settings()}
        faults |= {secret.setting: partial(secret_fault, secret) for secret in Secret}
        malformed = [
            f"{name} ({fault})"
            for name, find_fault in faults.items()
            if name in given and (fault := find_fault(given[name]))
        ]
        if malformed:
            raise ConfigurationError(f"Malformed settings: {', '.join(malformed)}.")
        secrets = ((name, given[name.setting]) for name in Secret if name.setting in given)
        guards = GuardSettings.read(given)
        config = cls.read(given, guards=guards, secrets=HiddenValues(secrets))
        config._complete()
        return config

    def _complete(self) -> None:
        """Derive the settings that aren't set from the others."""
        account, stack = self.storage_account, self.local_stack_url
        tables = f"https://{account}.table.core.windows.net" if account else ""
        vars(self).update(
            public_url=self.public_url or _url_of_host(self.host_name),
            storage_table_url=self.storage_table_url or tables,
            storage_client_id=self.storage_client_id or self.client_id,
            local_twilio_url=stack and (self.local_twilio_url or stack),
        )

    @property
    def rest_secrets(self) -> tuple[Secret, ...]:
        """The secrets for requests to Twilio's REST API."""
        if self.rest_credential == "api_key":
            return (Secret.ACCOUNT_SID, Secret.API_KEY_SID, Secret.API_KEY_SECRET)
        return (Secret.ACCOUNT_SID, Secret.AUTH_TOKEN)

    @property
    def rest_secrets_secondary(self) -> tuple[Secret, ...]:
        """The secrets to try when Twilio refuses `rest_secrets`."""
        if self.rest_credential == "api_key":
            key = (Secret.API_KEY_SID_SECONDARY, Secret.API_KEY_SECRET_SECONDARY)
            return (Secret.ACCOUNT_SID, *key)
        return (Secret.ACCOUNT_SID, Secret.AUTH_TOKEN_SECONDARY)

    @property
    def send_limit_s(self) -> float:
        """How long one send may take; it ends well before a caller may ask to send again."""
        return min(SEND_LIMIT_S, self.settle_window_s * 2 / 3)

    @property
    def retry_budget_s(self) -> float:
        """How long to retry a send that Twilio certainly did not carry out."""
        return min(RETRY_BUDGET_S, self.settle_window_s / 6)

    def require(
        self,
        *secrets: Secret,
        sender: bool = False,
        from_number: bool = False,
        public_url: bool = False,
    ) -> None:
        """Raise one ConfigurationError that names every required setting that isn't set.

        `sender` requires a number or a messaging service, `from_number` the number. Secrets are
        settings only without a Key Vault; with one, a missing secret shows up when it is read.
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
            raise ConfigurationError(f"Missing settings: {', '.join(missing)}.")


def all_settings() -> list[Setting]:
    """Return every setting of the app except the secrets."""
    return [*Settings.rows.values(), *GuardSettings.rows.values()]


def _url_of_host(name: str) -> str:
    """Return the URL for the host name that Azure (or Core Tools, on loopback) gives the app."""
    scheme = "http" if is_loopback(f"http://{name}") else "https"
    return f"{scheme}://{name}" if name else ""
