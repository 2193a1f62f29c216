"""Read secrets from the app's Key Vault, or from settings if it has no vault."""

import logging
import os
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from azure.keyvault.secrets import SecretClient

SETTINGS = {"TwilioAccountSid": "TWILIO_ACCOUNT_SID", "TwilioAuthToken": "TWILIO_AUTH_TOKEN"}


def secret(name: str) -> str:
    """Return a secret by its name in the vault."""
    if not os.environ["KEY_VAULT_URL"]:
        return os.environ[SETTINGS[name]]
    return _vault().get_secret(name).value or ""


@cache
def _vault() -> "SecretClient":
    """Connect to the vault; requests go to the local stack's, which has no https URL."""
    from azure.core.pipeline.transport import RequestsTransport
    from azure.identity import ManagedIdentityCredential
    from azure.keyvault.secrets import SecretClient

    logging.getLogger("azure").setLevel(logging.WARNING)  # otherwise it logs each request
    vault_url = os.environ["KEY_VAULT_URL"].rstrip("/")
    local_url = f"{os.environ['LOCAL_STACK_URL']}/vault"

    class LocalTransport(RequestsTransport):
        def send(self, request: Any, **kwargs: Any) -> Any:
            url = request.url
            request.url = url.replace(vault_url, local_url, 1)
            try:
                return super().send(request, **kwargs)
            finally:
                request.url = url

    return SecretClient(vault_url, ManagedIdentityCredential(), transport=LocalTransport())
