"""Who the app is for Azure's services, and how Azure's SDKs are to behave inside a request."""

import logging
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential

# A worker that serves a webhook has 15 s: two short attempts, not the SDK's minutes. An answer is
# never waited out: the SDK would sleep for whatever its Retry-After says.
NETWORK_OPTIONS: dict[str, Any] = {
    "retry_total": 1,
    "retry_status": 0,
    "connection_timeout": 3,
    "read_timeout": 3,
}


def credential(*, managed_identity: bool, client_id: str) -> "TokenCredential":
    """The identity of the app in Azure, else the person who ran `az login`. Blocking.

    Never the SDK's default chain: it tries sources that cannot exist, one after the other.
    A user-assigned identity needs its client id ("" for the system-assigned one); the SDK does
    not read AZURE_CLIENT_ID here.
    """
    if managed_identity:
        from azure.identity import ManagedIdentityCredential

        return ManagedIdentityCredential(client_id=client_id or None, **NETWORK_OPTIONS)
    from azure.identity import AzureCliCredential

    return AzureCliCredential()


def log_no_requests() -> None:
    """At INFO the SDKs log every request, at DEBUG what an identity was given."""
    for name in ("azure.core", "azure.data", "azure.identity", "azure.keyvault", "msal"):
        logging.getLogger(name).setLevel(logging.WARNING)
