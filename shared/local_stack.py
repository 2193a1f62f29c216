"""The one door to the local stack: where the SDKs' requests go when LOCAL_STACK_URL is set.

Only loopback addresses are taken, so that a wrong setting cannot send secrets or texts elsewhere.
"""

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from shared.errors import ConfigurationError

if TYPE_CHECKING:
    from azure.core.pipeline.transport import HttpTransport

LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})


def is_loopback(url: str) -> bool:
    """Whether `url` is an absolute http(s) URL of this machine."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and parts.hostname in LOOPBACK_HOSTS


def twilio_url(url: str, local_stack_url: str) -> str:
    """Move a URL of Twilio's API (any region, edge or product) to the local stack."""
    parts = urlsplit(url)
    if not is_loopback(local_stack_url):
        raise ConfigurationError("LOCAL_STACK_URL must be a loopback address")
    if not f".{parts.hostname}".endswith(".twilio.com"):
        raise ConfigurationError("only requests to twilio.com go to the local stack")
    return local_stack_url + parts._replace(scheme="", netloc="").geturl()


def vault_transport(local_stack_url: str) -> "HttpTransport[Any, Any]":
    """A transport for Key Vault's SDK that sends every request to the local stack's vault.

    The SDK insists on an https vault URL. So the URL changes only while the request is sent: the
    SDK sends the same request again after the challenge and checks its scheme then.
    """
    from azure.core.pipeline.transport import RequestsTransport

    if not is_loopback(local_stack_url):
        raise ConfigurationError("LOCAL_STACK_URL must be a loopback address")

    class LocalVaultTransport(RequestsTransport):
        def send(self, request: Any, **kwargs: Any) -> Any:
            vault_url = request.url
            path_and_query = urlsplit(vault_url)._replace(scheme="", netloc="").geturl()
            request.url = f"{local_stack_url}/vault{path_and_query}"
            try:
                return super().send(request, **kwargs)
            finally:
                request.url = vault_url

    return LocalVaultTransport(use_env_settings=False)
