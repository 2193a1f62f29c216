"""A Key Vault that a person writes secrets into, opened by azd's sign-in or by `az login`."""

from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING, Protocol

from commands.errors import CommandError
from shared.config.identity import NETWORK_OPTIONS, credential, log_no_requests
from shared.config.local_stack import vault_transport
from shared.config.settings import Secret, Settings

if TYPE_CHECKING:
    from collections.abc import Generator

    from azure.core.credentials import TokenCredential
    from azure.core.exceptions import AzureError
    from azure.keyvault.secrets import SecretClient


class RoleMissingError(CommandError):
    """The vault does not know, or does not know yet, that this person may do this."""


class ClosedNetworkError(CommandError):
    """The vault can be reached from its virtual network only, which is not here."""


class Vault(Protocol):
    """What is needed of a vault; each call may raise CommandError."""

    url: str

    def names(self) -> frozenset[str]:
        """The names of its secrets that are enabled."""
        ...

    def read(self, secret: Secret) -> str | None:
        """The value of a secret, None when there is no such secret."""
        ...

    def write(self, secret: Secret, value: str) -> None:
        """Keep a value as the newest version of a secret."""
        ...


class KeyVault:
    """The vault at `url`. A value is read only to be written again, under another name."""

    def __init__(self, url: str, client: "SecretClient") -> None:
        self.url = url
        self._client = client

    def names(self) -> frozenset[str]:
        """The names of its secrets that are enabled."""
        with _explained(self.url):
            found = list(self._client.list_properties_of_secrets())
        return frozenset(item.name for item in found if item.name and item.enabled)

    def read(self, secret: Secret) -> str | None:
        """The value of a secret, None when there is no such secret."""
        from azure.core.exceptions import ResourceNotFoundError

        with _explained(self.url):
            try:
                return self._client.get_secret(secret).value
            except ResourceNotFoundError:
                return None

    def write(self, secret: Secret, value: str) -> None:
        """Keep a value as the newest version of a secret."""
        with _explained(self.url):
            self._client.set_secret(secret, value)


def open_vault(url: str, config: Settings, *, azd_first: bool) -> KeyVault:
    """Return the vault at `url`; nothing is sent yet."""
    from azure.keyvault.secrets import SecretClient

    log_no_requests()
    options = dict(NETWORK_OPTIONS)
    if config.local_stack_url:
        options["transport"] = vault_transport(config.local_stack_url, **NETWORK_OPTIONS)
    if config.local_stack_url and config.managed_identity:  # the emulator's
        identity = credential(managed_identity=True, client_id="")
    else:
        identity = _credential(azd_first=azd_first)
    return KeyVault(url, SecretClient(url, identity, **options))


def _credential(*, azd_first: bool) -> "TokenCredential":
    """Who runs this: azd and the Azure CLI have a sign-in of their own, one of which will do."""
    from azure.identity import (
        AzureCliCredential,
        AzureDeveloperCliCredential,
        ChainedTokenCredential,
    )

    both = [AzureDeveloperCliCredential(), AzureCliCredential()]
    return ChainedTokenCredential(*(both if azd_first else reversed(both)))


@contextmanager
def _explained(url: str) -> "Generator[None]":
    """Turn the SDK's errors into sentences; the SDK's own text may quote the request."""
    from azure.core.exceptions import AzureError, ClientAuthenticationError, ServiceRequestError

    try:
        yield
    except ClientAuthenticationError as error:
        raise CommandError("not signed in; run azd auth login or az login") from error
    except ServiceRequestError as error:  # no connection came about
        raise CommandError(
            f"{url} cannot be reached. Is the address right? With --local: does `python3 dev.py "
            "start` run, and with the same --phone-port?"
        ) from error
    except AzureError as error:
        if _is_firewall(error):
            raise ClosedNetworkError(
                f"{url} lets in its virtual network only, and the address ALLOWED_IP_ADDRESS"
            ) from error
        if getattr(error, "status_code", None) == HTTPStatus.FORBIDDEN:
            raise RoleMissingError(
                f"{url} refuses: you need the role Key Vault Secrets Officer"
            ) from error
        raise CommandError(f"{url} cannot be used ({type(error).__name__})") from error


def _is_firewall(error: "AzureError") -> bool:
    """Source: Key Vault's docs name the reasons of a 403 in `innererror`."""
    problem = getattr(error, "error", None)
    inner = getattr(problem, "innererror", None) or {}
    return inner.get("code") in ("ForbiddenByFirewall", "ForbiddenByConnection")
