"""Read secrets from Azure Key Vault with Microsoft's client. Blocking: run it in threads."""

import threading
from http import HTTPStatus
from typing import TYPE_CHECKING

from shared.config.identity import NETWORK_OPTIONS, credential, log_no_requests
from shared.config.local_stack import vault_transport
from shared.config.settings import Secret, Settings
from shared.errors import VaultError

if TYPE_CHECKING:
    from azure.core.exceptions import AzureError
    from azure.keyvault.secrets import SecretClient

SECRET_NOT_FOUND = "SecretNotFound"  # noqa: S105 - an error code, not a secret


class KeyVault:
    """The vault at KEY_VAULT_URL, opened with a managed identity or, locally, with `az login`."""

    def __init__(self, config: Settings) -> None:
        self._config = config
        self._lock = threading.Lock()
        self._client: SecretClient | None = None

    def read(self, secret: Secret) -> str | None:
        """Return the secret's value, or None if the vault doesn't have it; raise VaultError.

        A bare 404 isn't enough, since a proxy may send one too: only the vault's own error code
        makes the app forget a value that it has cached.
        """
        from azure.core.exceptions import AzureError, ResourceNotFoundError

        try:
            return self._connected().get_secret(secret).value
        except ResourceNotFoundError as error:
            if error.error is not None and error.error.code == SECRET_NOT_FOUND:
                return None
            raise VaultError(_explain(error)) from error
        except AzureError as error:
            raise VaultError(_explain(error)) from error

    def _connected(self) -> "SecretClient":
        """Return the client; the first caller builds it."""
        with self._lock:
            if self._client is None:
                self._client = self._connect()
            return self._client

    def _connect(self) -> "SecretClient":
        from azure.keyvault.secrets import SecretClient

        log_no_requests()
        options = dict(NETWORK_OPTIONS)
        if self._config.local_stack_url:
            options["transport"] = vault_transport(self._config.local_stack_url, **NETWORK_OPTIONS)
        identity = credential(
            managed_identity=self._config.managed_identity, client_id=self._config.client_id
        )
        return SecretClient(self._config.key_vault_url, identity, **options)


def _explain(error: "AzureError") -> str:
    """Say what an operator can do. The SDK's own text is left out, as it may quote the request."""
    kind = type(error).__name__
    if kind == "CredentialUnavailableError":
        return "No Azure identity is available to open Key Vault. On your machine, run az login."
    if getattr(error, "status_code", None) == HTTPStatus.FORBIDDEN:
        return (
            "The app's identity isn't allowed to read secrets. "
            "Give it the Key Vault Secrets User role."
        )
    if kind.startswith("ServiceRequest"):
        return "Key Vault cannot be reached. Check its name in KEY_VAULT_URL."
    if kind.startswith("ServiceResponse"):
        return "Key Vault did not answer in time."
    return f"Key Vault or the app's identity failed to return the secret ({kind})."
