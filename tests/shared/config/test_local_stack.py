"""Where requests go with a local stack."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from azure.core.pipeline.transport import AioHttpTransport, HttpRequest, RequestsTransport

from shared.config.local_stack import is_loopback, table_transport, twilio_url, vault_transport
from shared.errors import ConfigurationError

STACK = "http://127.0.0.1:7072"


@pytest.mark.parametrize(
    "url",
    [
        STACK,
        "http://localhost",
        "https://[::1]:1",
        "http://LOCALHOST:80",
        "http://127.1",
        "http://127.0.0.2:7072",
        "http://0.0.0.0",
        "http://[::]:7072",
        "http://[::ffff:127.0.0.1]",
    ],
)
def test_addresses_of_this_machine_are_loopback(url: str) -> None:
    assert is_loopback(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1.example:7072",
        "http://127.0.0.1@evil.example",
        "http://127.0.0.1 evil.example",
        "http://128.1",
        "http://[2001:db8::1]",
        "ftp://localhost",
        "localhost:7072",
        "http://[bad",
        "",
    ],
)
def test_other_addresses_are_not(url: str) -> None:
    assert not is_loopback(url)


@pytest.mark.parametrize("host", ["api", "api.dublin.ie1", "lookups", "messaging"])
def test_requests_to_twilios_hosts_go_to_the_stack(host: str) -> None:
    url = twilio_url(f"https://{host}.twilio.com/2010-04-01/Accounts.json?A=%3E", STACK)

    assert url == f"{STACK}/2010-04-01/Accounts.json?A=%3E"


def test_the_vaults_sdk_sees_its_own_url_and_the_stack_gets_the_request(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sent: list[str] = []

    def send(self: RequestsTransport, request: HttpRequest, **kwargs: Any) -> str:
        sent.append(request.url)
        return "answer"

    monkeypatch.setattr(RequestsTransport, "send", send)
    request = HttpRequest("GET", "https://kv.vault.azure.net/secrets/A?api-version=1")
    transport: Any = vault_transport(STACK)

    assert transport.send(request) == "answer"
    assert sent == [f"{STACK}/vault/secrets/A?api-version=1"]
    assert request.url == "https://kv.vault.azure.net/secrets/A?api-version=1"


def test_the_tables_sdk_sees_its_own_url_and_the_stack_gets_the_request(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sent: list[str] = []

    async def send(self: AioHttpTransport, request: HttpRequest, **kwargs: Any) -> None:
        sent.append(request.url)
        raise TimeoutError

    monkeypatch.setattr(AioHttpTransport, "send", send)
    request = HttpRequest("GET", "https://name.table.core.windows.net/Ledger?a=1")
    transport: Any = table_transport(STACK)

    with pytest.raises(TimeoutError):
        asyncio.run(transport.send(request))
    assert sent == [f"{STACK}/storage/Ledger?a=1"]
    assert request.url == "https://name.table.core.windows.net/Ledger?a=1"


@pytest.mark.parametrize("transport", [vault_transport, table_transport])
def test_the_transports_reject_other_addresses(transport: Callable[[str], object]) -> None:
    with pytest.raises(ConfigurationError):
        transport("https://stack.example")
