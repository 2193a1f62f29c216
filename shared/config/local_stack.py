"""Send the SDKs' requests to the local stack when LOCAL_STACK_URL is set.

Only loopback addresses are allowed, so that a wrong setting cannot leak secrets or texts.
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
    """Whether `url` is an absolute http(s) URL on this machine."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and _is_this_machine(parts.hostname or "")


def is_any_address(url: str) -> bool:
    """Whether the host of a valid URL is 0.0.0.0 or [::], where servers listen but nothing is."""
    address = _address(urlsplit(url).hostname or "")
    return address is not None and address.is_unspecified


def _is_this_machine(host: str) -> bool:
    """Whether a host name or an address, short (127.1) or full, is this machine."""
    address = _address(host)
    is_own = address is not None and (address.is_loopback or address.is_unspecified)
    return host == "localhost" or is_own


def _address(host: str) -> "ipaddress.IPv4Address | ipaddress.IPv6Address | None":
    """Return the address that a host is written as, short (127.1) or full; None for a name."""
    if any(character.isspace() for character in host):  # inet_aton stops at whitespace
        return None
    try:
        return ipaddress.ip_address(host if ":" in host else socket.inet_aton(host))
    except (OSError, ValueError):
        return None


def twilio_url(url: str, local_stack_url: str) -> str:
    """Rewrite a URL of Twilio's API (any region, edge or product) to the local stack."""
    parts = urlsplit(url)
    _require_loopback(local_stack_url)
    if not f".{parts.hostname}".endswith(".twilio.com"):
        raise ConfigurationError("The local stack only accepts requests to twilio.com.")
    return local_stack_url + parts._replace(scheme="", netloc="").geturl()


def vault_transport(local_stack_url: str, **options: Any) -> "HttpTransport[Any, Any]":
    """Return a transport that sends the Key Vault SDK's requests to the local stack's vault.

    `options` go to the SDK's own transport, for example its timeouts.
    """
    from azure.core.pipeline.transport import RequestsTransport

    _require_loopback(local_stack_url)

    class LocalVaultTransport(RequestsTransport):
        def send(self, request: Any, **kwargs: Any) -> Any:
            with _sent_to(f"{local_stack_url}/vault", request):
                return super().send(request, **kwargs)

    return LocalVaultTransport(use_env_settings=False, **options)


def table_transport(local_stack_url: str, **options: Any) -> "AsyncHttpTransport[Any, Any]":
    """Return a transport that sends the Table Storage SDK's requests to the local stack's storage.

    `options` go to the SDK's own transport, for example its session and timeouts.
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
        raise ConfigurationError("LOCAL_STACK_URL must be a loopback address.")


@contextmanager
def _sent_to(url: str, request: Any) -> Generator[None]:
    """Change the URL only while the request is being sent.

    The SDKs require https URLs, and check the request again before they retry it.
    """
    azure_url = request.url
    request.url = url + urlsplit(azure_url)._replace(scheme="", netloc="").geturl()
    try:
        yield
    finally:
        request.url = azure_url
