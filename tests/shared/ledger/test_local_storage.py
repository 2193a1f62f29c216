"""The local stack's storage: access, unsupported requests, and reset."""

import asyncio
import json
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

import aiohttp
import pytest
import requests

from local_stack.testing import LocalStack
from local_stack.values import IDENTITY_HEADER

VAULTS, STORAGE = "https://vault.azure.net", "https://storage.azure.com"
ROW = {"PartitionKey": "0a", "RowKey": "claim"}
ENTITY = "/storage/Ledger(PartitionKey='0a',RowKey='claim')"
QUIET = {"Prefer": "return-no-content"}


class LocalStorage(Protocol):
    """The fixture of conftest.py."""

    gaps: list[str]

    def served(self) -> AbstractAsyncContextManager[str]: ...


def asked(
    local_storage: LocalStorage, *asks: tuple[Any, ...], resource: str = STORAGE
) -> list[tuple[int, str]]:
    """Make requests (method, path, body, headers); return the status and code of each answer."""

    async def main() -> list[tuple[int, str]]:
        async with local_storage.served() as url, aiohttp.ClientSession(url) as session:
            identity = {"X-IDENTITY-HEADER": IDENTITY_HEADER}
            where = f"/identity/token?resource={resource}"
            async with session.get(where, headers=identity) as answer:
                token = (await answer.json())["access_token"]
            found: list[tuple[int, str]] = []
            for method, path, body, headers in asks:
                headers = {"Authorization": f"Bearer {token}", **headers}
                async with session.request(method, path, json=body, headers=headers) as answer:
                    error = json.loads(await answer.text() or "{}").get("odata.error", {})
                    found.append((answer.status, error.get("code", "")))
            return found

    return asyncio.run(main())


def test_storage_accepts_only_tokens_for_storage(local_storage: LocalStorage) -> None:
    make = ("POST", "/storage/Tables", {"TableName": "Ledger"}, QUIET)

    assert asked(local_storage, make) == [(204, "")]
    assert asked(local_storage, make, resource=VAULTS) == [(401, "NoAuthenticationInformation")]


def test_errors_have_the_codes_of_table_storage(local_storage: LocalStorage) -> None:
    table = ("POST", "/storage/Tables", {"TableName": "Ledger"}, QUIET)
    insert = ("POST", "/storage/Ledger", ROW, QUIET)
    read = ("GET", ENTITY, None, {})
    replace = ("PUT", ENTITY, ROW, {"If-Match": "W/\"datetime'2026'\""})

    assert asked(local_storage, insert, table, table, read, replace, insert, insert, replace) == [
        (404, "TableNotFound"),
        (204, ""),
        (409, "TableAlreadyExists"),
        (404, "ResourceNotFound"),
        (404, "ResourceNotFound"),
        (204, ""),
        (409, "EntityAlreadyExists"),
        (412, "UpdateConditionNotSatisfied"),
    ]


@pytest.mark.parametrize(
    ("ask", "gap"),
    [
        (("GET", "/storage/Tables", None, {}), "GET /storage/Tables"),
        (("GET", "/storage/Ledger()", None, {}), "GET /storage/Ledger()"),
        (("GET", f"{ENTITY}?$select=a", None, {}), "GET"),
        (("PUT", ENTITY, ROW, {}), "with If-Match: nothing"),
        (("DELETE", ENTITY, None, {"If-Match": "*"}), "with If-Match: *"),
        (("PATCH", ENTITY, ROW, {"If-Match": "1"}), "PATCH"),
        (("POST", "/storage/Ledger", ROW, {}), "without Prefer: return-no-content"),
        (("POST", "/storage/Ledger", {**ROW, "a": True}, QUIET), "has no type"),
        (
            ("POST", "/storage/Ledger", {**ROW, "a": "", "a@odata.type": "Edm.Guid"}, QUIET),
            "type Edm.Guid",
        ),
    ],
)
def test_unsupported_requests_are_refused_and_reported(
    local_storage: LocalStorage, ask: tuple[Any, ...], gap: str
) -> None:
    assert asked(local_storage, ask) == [(501, "NotImplemented")]
    assert len(local_storage.gaps) == 1
    assert gap in local_storage.gaps[0]


@pytest.mark.filterwarnings("ignore:Sending a large body:ResourceWarning")
@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ([], (400, "InvalidInput")),
        ({"RowKey": "claim"}, (400, "PropertiesNeedValue")),
        ({**ROW, "PartitionKey": "0/a"}, (400, "OutOfRangeInput")),
        ({**ROW, "a@odata.type": "Edm.Int64"}, (400, "InvalidInput")),
        ({**ROW, "a": "one", "a@odata.type": "Edm.Int64"}, (400, "InvalidInput")),
        ({**ROW, "a": "a" * (32 * 1024 + 1)}, (400, "PropertyValueTooLarge")),
        ({**ROW, "a": "a" * 1024 * 1024}, (413, "RequestBodyTooLarge")),
    ],
    ids=["list", "key", "slash", "type", "number", "text", "body"],
)
def test_an_entity_that_the_service_cannot_store_is_refused(
    local_storage: LocalStorage, body: object, refusal: tuple[int, str]
) -> None:
    assert asked(local_storage, ("POST", "/storage/Ledger", body, QUIET)) == [refusal]


def test_a_reset_clears_the_tables_of_the_running_stack(stack: LocalStack) -> None:
    identity = {"X-IDENTITY-HEADER": IDENTITY_HEADER}
    where = f"{stack.emulator_url}/identity/token?resource={STORAGE}"
    token = requests.get(where, headers=identity, timeout=5).json()["access_token"]
    headers = {**QUIET, "Authorization": f"Bearer {token}"}

    def make_table() -> int:
        where, body = f"{stack.emulator_url}/storage/Tables", {"TableName": "Ledger"}
        return requests.post(where, json=body, headers=headers, timeout=5).status_code

    before = [make_table(), make_table()]
    stack.reset()

    assert [*before, make_table()] == [204, 409, 204]
