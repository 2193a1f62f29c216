"""The one door to the local stack: where the SDKs' requests go when LOCAL_STACK_URL is set.

Only loopback addresses are taken, so that a wrong setting cannot send secrets or texts elsewhere.
"""

import ipaddress
import socket
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from shared.errors import ConfigurationError

if TYPE_CHECKING:
    from azure.core.pipeline.transport import AsyncHttpTransport, HttpTransport


def is_loopback(url: str) -> bool:
    """Whether `url` is an absolute http(s) URL of this machine."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and _is_this_machine(parts.hostname or "")


def _is_this_machine(host: str) -> bool:
    """Whether a host name or a literal address, short (127.1) or long, never leaves the machine."""
    if host == "localhost":
        return True
    if any(character.isspace() for character in host):  # inet_aton reads up to a blank
        return False
    try:
        address = ipaddress.ip_address(host if ":" in host else socket.inet_aton(host))
    except (OSError, ValueError):
        return False
    return address.is_loopback or address.is_unspecified


def twilio_url(url: str, local_stack_url: str) -> str:
    """Move a URL of Twilio's API (any region, edge or product) to the local stack."""
    parts = urlsplit(url)
    _require_loopback(local_stack_url)
    if not f".{parts.hostname}".endswith(".twilio.com"):
        raise ConfigurationError("only requests to twilio.com go to the local stack")
    return local_stack_url + parts._replace(scheme="", netloc="").geturl()


def vault_transport(local_stack_url: str, **options: Any) -> "HttpTransport[Any, Any]":
    """A transport for Key Vault's SDK that sends every request to the local stack's vault.

    `options` are those of the SDK's own transport, for example its timeouts.
    """
    from azure.core.pipeline.transport import RequestsTransport

    _require_loopback(local_stack_url)

    class LocalVaultTransport(RequestsTransport):
        def send(self, request: Any, **kwargs: Any) -> Any:
            with _sent_to(f"{local_stack_url}/vault", request):
                return super().send(request, **kwargs)

    return LocalVaultTransport(use_env_settings=False, **options)


def table_transport(local_stack_url: str, **options: Any) -> "AsyncHttpTransport[Any, Any]":
    """A transport for Table Storage's SDK that sends every request to the local stack's storage.

    `options` are those of the SDK's own transport, for example its session and timeouts.
    """
    from azure.core.pipeline.transport import AioHttpTransport

    _require_loopback(local_stack_url)

    class LocalTableTransport(AioHttpTransport):
        async def send(self, request: Any, **kwargs: Any) -> Any:
            with _sent_to(f"{local_stack_url}/storage", request):
                return await super().send(request, **kwargs)

    return LocalTableTransport(use_env_settings=False, **options)


def _require_loopback(local_stack_url: str) -> None:
    if not is_loopback(local_stack_url):
        raise ConfigurationError("LOCAL_STACK_URL must be a loopback address")


@contextmanager
def _sent_to(url: str, request: Any) -> Generator[None]:
    """Change the URL only while the request is sent.

    The SDKs insist on https URLs, and check the request again before they repeat it.
    """
    azure_url = request.url
    request.url = url + urlsplit(azure_url)._replace(scheme="", netloc="").geturl()
    try:
        yield
    finally:
        request.url = azure_url
