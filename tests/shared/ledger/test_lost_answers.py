"""The table ledger when storage responses are lost: it always knows which writes are its own."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import pytest
from aiohttp import web

from shared.errors import LedgerError
from shared.ledger.rows import Ledger, Row, RowChangedError, RowExistsError

ROW = Row("claim", "0a-1", {"status": "hidden"})


class LocalStorage(Protocol):
    """The fixture of conftest.py."""

    asked: list[str]
    before: Callable[[web.Request], bool]
    after: Callable[[web.Request], bool]

    def ledger(self) -> Any: ...


def once(method: str) -> Callable[[web.Request], bool]:
    """Return a filter for the first request with this method for a row."""
    left = [1]

    def picks(request: web.Request) -> bool:
        if request.method != method or request.path.endswith("/Tables") or not left:
            return False
        left.pop()
        return True

    return picks


def with_storage(local_storage: LocalStorage, work: Callable[[Ledger], Awaitable[Any]]) -> Any:
    async def main() -> Any:
        async with local_storage.ledger() as ledger:
            return await work(ledger)

    return asyncio.run(main())


@pytest.mark.parametrize("lost", ["before", "after"])
def test_an_insert_without_an_answer_is_retried_and_recognized(
    local_storage: LocalStorage, lost: str
) -> None:
    async def work(ledger: Ledger) -> tuple[Row, Row | None]:
        await ledger.insert(ROW._replace(name="first"))
        setattr(local_storage, lost, once("POST"))
        return await ledger.insert(ROW), await ledger.read(ROW.kind, ROW.name)

    inserted, found = with_storage(local_storage, work)

    assert inserted == found


@pytest.mark.parametrize("lost", ["before", "after"])
def test_a_replacement_without_an_answer_is_retried_and_recognized(
    local_storage: LocalStorage, lost: str
) -> None:
    async def work(ledger: Ledger) -> tuple[Row, Row | None]:
        row = await ledger.insert(ROW)
        setattr(local_storage, lost, once("PUT"))
        return await ledger.replace(row), await ledger.read(ROW.kind, ROW.name)

    replaced, found = with_storage(local_storage, work)

    assert replaced == found


@pytest.mark.parametrize("lost", ["before", "after"])
def test_a_deletion_without_an_answer_is_retried(local_storage: LocalStorage, lost: str) -> None:
    async def work(ledger: Ledger) -> Row | None:
        row = await ledger.insert(ROW)
        setattr(local_storage, lost, once("DELETE"))
        await ledger.delete(row)
        return await ledger.read(ROW.kind, ROW.name)

    assert with_storage(local_storage, work) is None


def test_a_retried_insert_does_not_mistake_an_equal_row_for_its_own(
    local_storage: LocalStorage,
) -> None:
    async def work(ledger: Ledger) -> None:
        await ledger.insert(ROW)
        local_storage.before = once("POST")
        with pytest.raises(RowExistsError):
            await ledger.insert(ROW)

    with_storage(local_storage, work)


def test_a_retried_replacement_does_not_mistake_an_equal_row_for_its_own(
    local_storage: LocalStorage,
) -> None:
    async def work(ledger: Ledger) -> None:
        row = await ledger.insert(ROW)
        await ledger.replace(row)
        local_storage.before = once("PUT")
        with pytest.raises(RowChangedError):
            await ledger.replace(row)

    with_storage(local_storage, work)


def test_a_service_that_never_answers_is_called_twice(local_storage: LocalStorage) -> None:
    local_storage.before = lambda request: True

    async def work(ledger: Ledger) -> None:
        with pytest.raises(LedgerError):
            await ledger.insert(ROW)

    with_storage(local_storage, work)

    assert local_storage.asked == ["POST SwitchboardLedger"] * 2


def test_the_table_is_created_with_the_first_row_and_not_checked_again(
    local_storage: LocalStorage,
) -> None:
    async def work(ledger: Ledger) -> None:
        await ledger.insert(ROW)
        await ledger.insert(ROW._replace(name="second"))

    with_storage(local_storage, work)

    table = "POST SwitchboardLedger"
    assert local_storage.asked == [table, "POST Tables", table, table]


def test_requests_are_not_logged(
    local_storage: LocalStorage, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        with_storage(local_storage, lambda ledger: ledger.insert(ROW))

    assert [record for record in caplog.records if record.name.startswith("azure")] == []
