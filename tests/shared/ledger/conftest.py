"""Stores of the ledger for tests: memory, the local stack's storage, and Microsoft's Azurite."""

import asyncio
import contextlib
import os
import secrets
import socket
import subprocess
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from deskphone.clock import SystemClock
from local_stack.azure.identity import Identity
from local_stack.azure.table_door import PREFIX, StorageDoor
from local_stack.azure.tables import Tables
from local_stack.values import IDENTITY_HEADER, TABLE_URL
from shared.config.settings import Settings
from shared.ledger.memory import MemoryLedger
from shared.ledger.rows import Ledger
from shared.ledger.table import TableLedger
from tests.node import installed

STARTS_WITHIN_S = 30
# The well-known key of Azurite and the Azure Storage Emulator; not a secret.
ACCOUNT = "devstoreaccount1"
ACCOUNT_KEY = (
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
)

type OpenStore = Callable[[], AbstractAsyncContextManager[Ledger]]
type Cut = Callable[[web.Request], bool]
type Run = Callable[[Callable[[Ledger], Awaitable[Any]]], Any]


class LocalStorage:
    """The local stack's storage, which can lose responses.

    `before` and `after` decide whether a request's connection is cut before or after the work.
    """

    def __init__(self) -> None:
        self.tables = Tables(SystemClock())
        self.gaps: list[str] = []
        self.before: Cut = lambda request: False
        self.after: Cut = lambda request: False
        self.asked: list[str] = []

    @asynccontextmanager
    async def served(self) -> AsyncGenerator[str]:
        """Serve an emulator with only this storage and an identity; yield its URL."""
        identity = Identity()
        door = StorageDoor(self.tables, identity, self.gaps.append)

        async def handle(request: web.Request) -> web.StreamResponse:
            self.asked.append(f"{request.method} {request.path.removeprefix(PREFIX)}")
            answer = None if self.before(request) else await door.handle(request)
            if (answer is None or self.after(request)) and request.transport is not None:
                request.transport.close()
            return answer or web.Response()

        app = web.Application()
        app.router.add_get("/identity/token", identity.token)
        app.router.add_route("*", PREFIX + "{path:.*}", handle)
        async with TestServer(app, host="127.0.0.1") as server:
            yield str(server.make_url("")).rstrip("/")

    @asynccontextmanager
    async def ledger(self) -> AsyncGenerator[Ledger]:
        """Yield the ledger of an app that uses this storage."""
        async with self.served() as url:
            os.environ["IDENTITY_ENDPOINT"] = f"{url}/identity/token"
            async with closing(TableLedger(storage_settings(url))) as ledger:
                yield ledger


def storage_settings(url: str) -> Settings:
    """Return the settings of an app that uses an emulator."""
    return Settings.from_mapping(
        {
            "LOCAL_STACK_URL": url,
            "IDENTITY_ENDPOINT": f"{url}/identity/token",
            "AzureWebJobsStorage__tableServiceUri": TABLE_URL,
        }
    )


@asynccontextmanager
async def closing(ledger: Ledger) -> AsyncGenerator[Ledger]:
    """Close the ledger at the end."""
    try:
        yield ledger
    finally:
        await ledger.close()


@pytest.fixture
def local_storage(monkeypatch: pytest.MonkeyPatch) -> LocalStorage:
    """The local stack's storage, empty."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("IDENTITY_HEADER", IDENTITY_HEADER)
    monkeypatch.setenv("IDENTITY_ENDPOINT", "")
    return LocalStorage()


@pytest.fixture(params=["memory", "local_storage", "azurite"])
def open_store(request: pytest.FixtureRequest) -> OpenStore:
    """Opens an empty ledger of each kind."""
    if request.param == "memory":
        return lambda: closing(MemoryLedger())
    if request.param == "local_storage":
        return request.getfixturevalue("local_storage").ledger
    return lambda: closing(
        TableLedger(
            Settings.from_mapping(
                {
                    "AzureWebJobsStorage": request.getfixturevalue("azurite"),
                    "LEDGER_TABLE": f"Test{secrets.token_hex(8)}",
                }
            )
        )
    )


@pytest.fixture
def run(open_store: OpenStore) -> Run:
    """Runs a coroutine with an empty ledger; returns its result."""

    def call(work: Callable[[Ledger], Awaitable[Any]]) -> Any:
        async def main() -> Any:
            async with open_store() as ledger:
                return await work(ledger)

        return asyncio.run(main())

    return call


@pytest.fixture(scope="session")
def azurite() -> Iterator[str]:
    """The connection string of an in-memory Azurite."""
    azurite = installed(Path(__file__).parent / "azurite")
    port = free_port()
    command = [
        str(azurite.node),
        str(azurite.modules / "azurite/dist/src/table/main.js"),
        *("--tableHost", "127.0.0.1", "--tablePort", str(port)),
        *("--inMemoryPersistence", "--skipApiVersionCheck", "--silent", "--disableTelemetry"),
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        wait_for(port, process)
        yield (
            f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={ACCOUNT_KEY};"
            f"TableEndpoint=http://127.0.0.1:{port}/{ACCOUNT};"
        )
    finally:
        process.terminate()
        process.wait()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until the port is open."""
    end = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.05)
    raise RuntimeError("Azurite does not start")
