"""Choosing a ledger by the settings."""

import asyncio

import pytest

from shared.clients import Clients
from shared.clock import SystemClock
from shared.errors import ConfigurationError, LedgerError
from shared.ledger.memory import MemoryLedger
from shared.ledger.rows import Ledger, Row
from shared.ledger.table import TableLedger

LOCAL, AZURE = "http://localhost:7071", "https://app.example"


def ledger_of(**values: str) -> Ledger:
    return Clients(values, SystemClock()).ledger()


@pytest.mark.parametrize("public_url", [LOCAL, AZURE])
@pytest.mark.parametrize(
    "storage",
    [
        {"AzureWebJobsStorage": "UseDevelopmentStorage=true"},
        {"AzureWebJobsStorage__accountName": "name"},
        {"AzureWebJobsStorage__tableServiceUri": "https://name.table.core.windows.net"},
    ],
)
def test_an_app_with_storage_has_its_ledger_there(public_url: str, storage: dict[str, str]) -> None:
    assert isinstance(ledger_of(PUBLIC_URL=public_url, **storage), TableLedger)


def test_a_local_app_without_storage_has_its_ledger_in_memory() -> None:
    assert isinstance(ledger_of(PUBLIC_URL=LOCAL, AzureWebJobsStorage=""), MemoryLedger)


def test_an_app_in_azure_without_storage_names_the_missing_setting() -> None:
    with pytest.raises(ConfigurationError, match="AzureWebJobsStorage"):
        ledger_of(PUBLIC_URL=AZURE)


def test_an_app_builds_its_ledger_once() -> None:
    app = Clients({"PUBLIC_URL": LOCAL}, SystemClock())

    assert app.ledger() is app.ledger()


@pytest.mark.parametrize(
    ("values", "client_id"),
    [
        ({"AZURE_CLIENT_ID": "app", "AzureWebJobsStorage__clientId": "storage"}, "storage"),
        ({"AZURE_CLIENT_ID": "app"}, "app"),
        ({}, ""),
    ],
)
def test_storage_can_have_its_own_identity(
    monkeypatch: pytest.MonkeyPatch, values: dict[str, str], client_id: str
) -> None:
    asked: list[object] = []

    def credential(**options: object) -> None:
        asked.append(options)
        raise LedgerError("enough")

    monkeypatch.setattr("shared.config.identity.credential", credential)
    ledger = ledger_of(
        PUBLIC_URL=AZURE, AzureWebJobsStorage__accountName="name", IDENTITY_ENDPOINT="x", **values
    )

    with pytest.raises(LedgerError, match="enough"):
        asyncio.run(ledger.insert(Row("claim", "0a", {})))
    assert asked == [{"managed_identity": True, "client_id": client_id}]
