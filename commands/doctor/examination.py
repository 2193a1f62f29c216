"""One run of the doctor: its subject, its tools, and the results so far."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from commands.doctor.azure import MANAGEMENT, ResourceManager, SignIn, Site, az_token
from commands.doctor.subject import Place, Subject, function_names, route_prefix
from commands.doctor.web import Web
from shared.clock import Clock
from shared.config.credentials import AppSettings, SecretSource
from shared.config.local_stack import is_loopback
from shared.config.settings import HiddenValues, Secret, Settings
from shared.errors import TwilioRefusedError

if TYPE_CHECKING:
    from twilio.rest import Client

    from shared.clients import Clients


class Account(NamedTuple):
    """A Twilio account: `status` is active, suspended, or closed; `kind` is Trial or Full
    (twilio.com/docs/iam/api/account)."""

    status: str
    kind: str
    created: datetime | None


class Number(NamedTuple):
    """The app's number in Twilio (twilio.com/docs/phone-numbers/api).

    An application or a trunk takes precedence over the URLs.
    """

    can_call: bool
    can_text: bool
    voice_url: str
    voice_method: str
    voice_fallback_url: str
    sms_url: str
    sms_method: str
    voice_application: str = ""
    sms_application: str = ""
    trunk: str = ""


@dataclass
class Examination:
    """The checks run in order and store here what later ones need."""

    subject: Subject
    root: Path
    clock: Clock
    web: Web
    secrets: HiddenValues = field(default_factory=HiddenValues)
    next_values: HiddenValues = field(default_factory=HiddenValues)
    """The secondary values of the secrets being rotated, by the name of the primary secret."""
    heard: tuple[datetime, datetime] | None = None
    """The time in the header of a response, and this machine's time when it arrived."""
    health: Mapping[str, object] = field(default_factory=dict[str, object])
    """The response of GetHealth, healthy or not; empty without one."""
    site: Site | None = None
    account: Account | None = None
    number: Number | None = None
    management_url: str = MANAGEMENT
    """The URL of Azure Resource Manager; `sign_in` returns a token for it."""
    sign_in: SignIn = az_token
    _clients: "dict[tuple[bool, bool], Clients]" = field(
        default_factory=dict[tuple[bool, bool], "Clients"]
    )
    _refused: set[bool] = field(default_factory=set[bool])
    """Which primary credential Twilio rejected: True is the API key, False the auth token."""

    @cached_property
    def settings(self) -> Settings:
        """The validated settings; raise ConfigurationError if one is malformed."""
        return Settings.from_mapping(self.subject.values)

    @cached_property
    def functions(self) -> frozenset[str]:
        """The names of the app's functions."""
        return function_names(self.root)

    @property
    def is_real(self) -> bool:
        """Whether the app uses a real Twilio account instead of the emulator."""
        return not self.settings.local_stack_url

    @property
    def is_public(self) -> bool:
        """Whether Twilio can reach the app."""
        return not is_loopback(self.subject.app_url)

    @property
    def is_deployment(self) -> bool:
        """Whether the app runs in Azure instead of on this machine."""
        return self.subject.place is Place.DEPLOYMENT

    @cached_property
    def base_url(self) -> str:
        """The base URL of the functions, without a trailing slash."""
        prefix = route_prefix(self.root)
        return "/".join(filter(None, (self.subject.app_url, prefix)))

    def url_of(self, function: str) -> str:
        """Return the URL of a function as Twilio sees it."""
        return f"{self.base_url}/{function}"

    @cached_property
    def azure(self) -> ResourceManager:
        """Azure's view of the app."""
        return ResourceManager(self.web, self.management_url, self.sign_in)

    @cached_property
    def secret_source(self) -> SecretSource:
        """Where the app's secrets are: the vault, or the settings without a vault."""
        if not self.settings.key_vault_url:
            return AppSettings(self.settings.secrets)
        from shared.config.key_vault import KeyVault

        return KeyVault(self.settings)

    async def ask_twilio[T](
        self, operation: Callable[["Client"], Awaitable[T]], *, with_api_key: bool = False
    ) -> T:
        """Call Twilio; if it rejects the primary secret, use the secondary one, like the app.

        Raise the errors of TwilioAccount.
        """
        own = Secret.API_KEY_SECRET if with_api_key else Secret.AUTH_TOKEN
        if with_api_key not in self._refused:
            try:
                return await self._clients_of(with_api_key).account.run_once(operation)
            except TwilioRefusedError as error:
                is_refused = error.twilio_status == HTTPStatus.UNAUTHORIZED
                if not is_refused or own not in self.next_values:
                    raise
        found = await self._clients_of(with_api_key, is_next=True).account.run_once(operation)
        self._refused.add(with_api_key)
        return found

    def uses_secondary(self, *, with_api_key: bool = False) -> bool:
        """Return whether Twilio rejected the primary secret and accepted the secondary one."""
        return with_api_key in self._refused

    def _clients_of(self, with_api_key: bool, *, is_next: bool = False) -> "Clients":
        """Return the app's own clients with one set of secrets, primary or secondary.

        With both sets, the client would fall back by itself and hide that one was rejected.
        """
        from shared.clients import Clients

        key = with_api_key, is_next
        if key in self._clients:
            return self._clients[key]
        secrets = {**self.secrets, **(self.next_values if is_next else {})}
        values: Mapping[str, str] = {
            **self.subject.values,
            **{secret.setting: value for secret, value in secrets.items()},
            **{secret.setting: "" for secret in Secret if secret.endswith("Secondary")},
            "KEY_VAULT_URL": "",
            "TWILIO_REST_CREDENTIAL": "api_key" if with_api_key else "auth_token",
        }
        built = self._clients[key] = Clients(values, self.clock)
        return built

    def token(self) -> str:
        """Return the account's auth token; call it only after the secrets were read."""
        return self.secrets[Secret.AUTH_TOKEN]

    async def close(self) -> None:
        """Close all connections."""
        for built in self._clients.values():
            await built.close()
        self._clients.clear()
