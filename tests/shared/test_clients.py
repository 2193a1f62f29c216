"""A worker's clients: created on first use, each with one connection to Twilio."""

import asyncio
import gc
from collections.abc import Iterator

import pytest
from twilio.rest import Client

from shared import clients
from shared.clock import SystemClock
from shared.endpoints import report_malformed_settings
from shared.errors import ConfigurationError

VALUES = {
    "TWILIO_ACCOUNT_SID": "AC" + "1" * 32,
    "TWILIO_AUTH_TOKEN": "first",
    "PUBLIC_URL": "https://a",
}


@pytest.fixture(autouse=True)
def clean() -> Iterator[None]:
    clients.reset()
    yield
    clients.reset()


def test_the_environment_is_read_on_first_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PUBLIC_URL", "https://first.example")
    assert clients.current().settings.public_url == "https://first.example"

    monkeypatch.setenv("PUBLIC_URL", "https://second.example")
    assert clients.current().settings.public_url == "https://first.example"

    clients.reset()
    assert clients.current().settings.public_url == "https://second.example"


def test_a_malformed_setting_is_reported_until_it_is_corrected(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DEFAULT_REGION", "USA")
    for _ in range(2):
        with pytest.raises(ConfigurationError, match="DEFAULT_REGION"):
            clients.current()

    monkeypatch.setenv("DEFAULT_REGION", "DE")
    assert clients.current().settings.default_region == "DE"


async def current_client(app: clients.Clients) -> Client:
    async def operation(client: Client) -> Client:
        return client

    return await app.account.run(operation)


def test_requests_share_one_client() -> None:
    app = clients.Clients(VALUES, SystemClock())

    async def main() -> bool:
        first, second = await current_client(app), await current_client(app)
        await app.close()
        return first is second

    assert asyncio.run(main())


def test_closed_clients_reconnect_in_another_event_loop() -> None:
    app = clients.Clients(VALUES, SystemClock())

    async def main() -> Client:
        client = await current_client(app)
        await app.close()
        return client

    first, second = asyncio.run(main()), asyncio.run(main())

    assert first.http_client is not second.http_client


def test_a_starting_worker_logs_malformed_settings(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("DEFAULT_REGION", "hidden")
    report_malformed_settings()

    assert "DEFAULT_REGION" in caplog.text
    assert "hidden" not in caplog.text


def test_an_abandoned_connection_logs_nothing(caplog: pytest.LogCaptureFixture) -> None:
    app = clients.Clients(VALUES, SystemClock())
    asyncio.run(current_client(app))

    app.abandon()
    del app
    gc.collect()

    assert caplog.records == []


def test_closing_twice_is_safe() -> None:
    app = clients.Clients(VALUES, SystemClock())

    async def main() -> None:
        await current_client(app)
        await app.close()
        await app.close()

    asyncio.run(main())
