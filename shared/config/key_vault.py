"""Secrets read from Azure Key Vault with Microsoft's own client. Blocking: for worker threads."""

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

SECRET_NOT_FOUND = "SecretNotFound"  # noqa: S105 - of an error, not a secret


class KeyVault:
    """The vault of KEY_VAULT_URL, opened by a managed identity, or by `az login` at a desk."""

    def __init__(self, config: Settings) -> None:
        self._config = config
        self._lock = threading.Lock()
        self._client: SecretClient | None = None

    def read(self, secret: Secret) -> str | None:
        """The secret's value, None when the vault has no such secret; else VaultError.

        Only the vault's own word for it counts: a 404 may as well come from something in between,
        and then what is known must not be forgotten.
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
        """The client, built by whoever comes first."""
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
    """What an operator can do about it. The SDK's own text may quote the request: not used."""
    kind = type(error).__name__
    if kind == "CredentialUnavailableError":
        return "there is no identity to open Key Vault with; at a desk, run az login"
    if getattr(error, "status_code", None) == HTTPStatus.FORBIDDEN:
        return "the app's identity may not read secrets; it needs the role Key Vault Secrets User"
    if kind.startswith("ServiceRequest"):
        return "Key Vault cannot be reached; is its name in KEY_VAULT_URL right?"
    if kind.startswith("ServiceResponse"):
        return "Key Vault did not answer in time"
    return f"Key Vault or its identity did not give the secret ({kind})"
