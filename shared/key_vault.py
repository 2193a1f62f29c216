"""Secrets read from Azure Key Vault with Microsoft's own client. Blocking: for worker threads."""

import logging
import threading
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from shared.errors import VaultError
from shared.local_stack import vault_transport
from shared.settings import Secret, Settings

if TYPE_CHECKING:
    from azure.core.exceptions import AzureError
    from azure.keyvault.secrets import SecretClient

# A worker that serves a webhook has 15 s: two short attempts, not the SDK's minutes. An answer is
# never waited out: the SDK would sleep for whatever its Retry-After says.
NETWORK_OPTIONS: dict[str, Any] = {
    "retry_total": 1,
    "retry_status": 0,
    "connection_timeout": 3,
    "read_timeout": 3,
}


class KeyVault:
    """The vault of KEY_VAULT_URL, opened by a managed identity, or by `az login` at a desk."""

    def __init__(self, config: Settings) -> None:
        self._config = config
        self._lock = threading.Lock()
        self._client: SecretClient | None = None

    def read(self, secret: Secret) -> str | None:
        """The secret's value, None when the vault has no such secret; else VaultError."""
        from azure.core.exceptions import AzureError, ResourceNotFoundError

        try:
            return self._connected().get_secret(secret).value
        except ResourceNotFoundError:
            return None
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

        for name in ("azure.core", "azure.identity"):  # at INFO they log every request
            logging.getLogger(name).setLevel(logging.WARNING)
        options = dict(NETWORK_OPTIONS)
        if self._config.local_stack_url:
            options["transport"] = vault_transport(self._config.local_stack_url, **NETWORK_OPTIONS)
        return SecretClient(self._config.key_vault_url, self._credential(), **options)

    def _credential(self) -> Any:
        """The identity of the app in Azure, else the person who ran `az login`.

        Never the SDK's default chain: it tries sources that cannot exist, one after the other.
        A user-assigned identity needs its client id; the SDK does not read AZURE_CLIENT_ID here.
        """
        if self._config.managed_identity:
            from azure.identity import ManagedIdentityCredential

            client_id = self._config.client_id or None
            return ManagedIdentityCredential(client_id=client_id, **NETWORK_OPTIONS)
        from azure.identity import AzureCliCredential

        return AzureCliCredential()


def _explain(error: "AzureError") -> str:
    """What an operator can do about it. The SDK's own text may quote the request: not used."""
    kind = type(error).__name__
    if kind == "CredentialUnavailableError":
        return "there is no identity to open Key Vault with; at a desk, run az login"
    if getattr(error, "status_code", None) == HTTPStatus.FORBIDDEN:
        return "the app's identity may not read secrets; it needs the role Key Vault Secrets User"
    return f"Key Vault or its identity did not give the secret ({kind})"
