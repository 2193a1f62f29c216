"""The app's identity for Azure's services, and the network options for Azure's SDKs."""

import logging
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential

# A worker has 15 s to answer a webhook: make two short attempts instead of the SDK's minutes, and
# never retry on a status, because the SDK would sleep for as long as Retry-After says.
NETWORK_OPTIONS: dict[str, Any] = {
    "retry_total": 1,
    "retry_status": 0,
    "connection_timeout": 3,
    "read_timeout": 3,
}


def credential(*, managed_identity: bool, client_id: str) -> "TokenCredential":
    """Return the app's managed identity or, on a developer's machine, that of `az login`.

    Blocking. It doesn't use the SDK's default chain, which tries sources that cannot exist here.
    A user-assigned identity needs its client ID ("" for the system-assigned one); the SDK doesn't
    read AZURE_CLIENT_ID here.
    """
    if managed_identity:
        from azure.identity import ManagedIdentityCredential

        return ManagedIdentityCredential(client_id=client_id or None, **NETWORK_OPTIONS)
    from azure.identity import AzureCliCredential

    return AzureCliCredential()


def log_no_requests() -> None:
    """Silence the SDKs' loggers: they log every request at INFO, and tokens at DEBUG."""
    for name in ("azure.core", "azure.data", "azure.identity", "azure.keyvault", "msal"):
        logging.getLogger(name).setLevel(logging.WARNING)
