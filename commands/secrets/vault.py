"""Write to a Key Vault, signed in with azd or the Azure CLI."""

from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING, Protocol

from commands.errors import CommandError
from commands.sign_in import HOW_TO, user_credential
from shared.config.identity import NETWORK_OPTIONS, credential, log_no_requests
from shared.config.local_stack import vault_transport
from shared.config.settings import Secret, Settings

if TYPE_CHECKING:
    from collections.abc import Generator

    from azure.core.exceptions import AzureError
    from azure.keyvault.secrets import SecretClient


class RoleMissingError(CommandError):
    """You don't have the role that this needs, or it hasn't taken effect yet."""


class ClosedNetworkError(CommandError):
    """The vault is only reachable from its virtual network."""


class Vault(Protocol):
    """A vault; each call may raise CommandError."""

    url: str

    def names(self) -> frozenset[str]:
        """Return the names of its enabled secrets."""
        ...

    def read(self, secret: Secret) -> str | None:
        """Return the value of a secret, None if it doesn't exist."""
        ...

    def write(self, secret: Secret, value: str) -> None:
        """Store a value as the newest version of a secret."""
        ...


class KeyVault:
    """The vault at `url`. Values are only read to copy them to another secret."""

    def __init__(self, url: str, client: "SecretClient") -> None:
        self.url = url
        self._client = client

    def names(self) -> frozenset[str]:
        """Return the names of its enabled secrets."""
        with _explained(self.url):
            found = list(self._client.list_properties_of_secrets())
        return frozenset(item.name for item in found if item.name and item.enabled)

    def read(self, secret: Secret) -> str | None:
        """Return the value of a secret, None if it doesn't exist."""
        from azure.core.exceptions import ResourceNotFoundError

        with _explained(self.url):
            try:
                return self._client.get_secret(secret).value
            except ResourceNotFoundError:
                return None

    def write(self, secret: Secret, value: str) -> None:
        """Store a value as the newest version of a secret."""
        with _explained(self.url):
            self._client.set_secret(secret, value)


def open_vault(url: str, config: Settings, *, azd_first: bool) -> KeyVault:
    """Return the vault at `url`, without connecting yet."""
    from azure.keyvault.secrets import SecretClient

    log_no_requests()
    options = dict(NETWORK_OPTIONS)
    if config.local_stack_url:
        options["transport"] = vault_transport(config.local_stack_url, **NETWORK_OPTIONS)
    if config.local_stack_url and config.managed_identity:  # the emulator's
        identity = credential(managed_identity=True, client_id="")
    else:
        identity = user_credential(azd_first=azd_first)
    return KeyVault(url, SecretClient(url, identity, **options))


@contextmanager
def _explained(url: str) -> "Generator[None]":
    """Turn the SDK's errors into CommandError; the SDK's messages may quote the request."""
    from azure.core.exceptions import AzureError, ClientAuthenticationError, ServiceRequestError

    try:
        yield
    except ClientAuthenticationError as error:
        raise CommandError(HOW_TO) from error
    except ServiceRequestError as error:  # could not connect
        raise CommandError(
            f"can't connect to {url}. Check the address; with --local, check that `python3 dev.py "
            "start` is running with the same --phone-port"
        ) from error
    except AzureError as error:
        if _is_firewall(error):
            raise ClosedNetworkError(
                f"{url} only accepts its virtual network and the IP address in ALLOWED_IP_ADDRESS"
            ) from error
        if getattr(error, "status_code", None) == HTTPStatus.FORBIDDEN:
            raise RoleMissingError(
                f"{url} denied access. You need the Key Vault Secrets Officer role"
            ) from error
        raise CommandError(f"{url} failed ({type(error).__name__}). Try again") from error


def _is_firewall(error: "AzureError") -> bool:
    """Return whether a firewall caused a 403. Source: Key Vault's docs on `innererror`."""
    problem = getattr(error, "error", None)
    inner = getattr(problem, "innererror", None) or {}
    return inner.get("code") in ("ForbiddenByFirewall", "ForbiddenByConnection")
