"""The table ledger when storage, its responses or the identity fail."""

import asyncio
import gc
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port

from shared.config.settings import Settings
from shared.errors import ConfigurationError, LedgerError
from shared.ledger.rows import Ledger, Row, RowExistsError
from shared.ledger.table import TableLedger
from shared.ledger.table_client import MAX_IN_FLIGHT, NETWORK_OPTIONS, Table
from shared.ledger.turns import NoAnswerError

ROW = Row("claim", "0a-1", {"status": "hidden"})
KEY = "aGlkZGVu"

type Operation = Callable[[Ledger], Awaitable[object]]


def with_key(url: str, key: str = KEY, *, limit_s: float = 6) -> TableLedger:
    """Return the ledger of an app with a connection string."""
    connection = f"AccountName=hidden;AccountKey={key};TableEndpoint={url}/hidden"
    return TableLedger(Settings.from_mapping({"AzureWebJobsStorage": connection}), limit_s=limit_s)


@asynccontextmanager
async def answering(
    status: int, headers: Mapping[str, str] | None = None, delay_s: float = 0
) -> AsyncGenerator[str]:
    """Serve this response to every request; yield the URL."""

    async def answer(request: web.Request) -> web.Response:
        await asyncio.sleep(delay_s)
        error = {"odata.error": {"code": "X", "message": {"lang": "en-US", "value": "hidden"}}}
        return web.json_response(error, status=status, headers=headers)

    async with served(answer) as url:
        yield url


@asynccontextmanager
async def served(handler: Callable[[web.Request], Awaitable[web.Response]]) -> AsyncGenerator[str]:
    """Serve every request with a handler; yield the URL."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    async with TestServer(app, host="127.0.0.1") as server:
        yield str(server.make_url("")).rstrip("/")


def missing_row() -> web.Response:
    """Return the response for a missing row."""
    error = {"odata.error": {"code": "ResourceNotFound", "message": {"value": ""}}}
    return web.json_response(error, status=HTTPStatus.NOT_FOUND)


OPERATIONS: list[Operation] = [
    lambda ledger: ledger.insert(ROW),
    lambda ledger: ledger.read(ROW.kind, ROW.name),
    lambda ledger: ledger.replace(ROW._replace(version="1")),
    lambda ledger: ledger.delete(ROW._replace(version="1")),
]
each_operation = pytest.mark.parametrize(
    "operation", OPERATIONS, ids=["insert", "read", "replace", "delete"]
)


def failure(operation: Operation, status: int, **answer: Any) -> LedgerError:
    """Return what an operation raises after this response."""

    async def main() -> None:
        async with answering(status, **answer) as url:
            ledger = with_key(url)
            try:
                await operation(ledger)
            finally:
                await ledger.close()

    with pytest.raises(LedgerError) as caught:
        asyncio.run(main())
    return caught.value


@each_operation
def test_a_missing_storage_role_is_named_in_the_error(
    operation: Operation,
) -> None:
    assert "Storage Table Data Contributor" in failure(operation, 403).detail


@each_operation
@pytest.mark.parametrize("status", [400, 401, 429, 500, 503])
def test_any_other_refusal_is_a_ledger_error_without_quotes(
    operation: Operation, status: int
) -> None:
    error = failure(operation, status)

    assert error.status == HTTPStatus.SERVICE_UNAVAILABLE
    assert str(status) in error.log_text
    assert "hidden" not in error.detail + error.log_text


def test_a_conflict_that_is_not_about_the_row_is_a_ledger_error() -> None:
    assert "409" in failure(OPERATIONS[0], 409).detail


@pytest.mark.parametrize("status", [403, 429, 503])
def test_retry_after_of_the_storage_is_ignored(
    monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    slept: list[float] = []

    async def sleep(transport: object, duration: float) -> None:
        slept.append(duration)

    monkeypatch.setattr("azure.core.pipeline.transport.AioHttpTransport.sleep", sleep)

    failure(OPERATIONS[1], status, headers={"Retry-After": "3600"})

    assert slept == []


@each_operation
def test_an_answer_that_cannot_be_read_is_a_ledger_error(operation: Operation) -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=500, body=b"hidden \xff", content_type="text/html")

    async def main() -> None:
        async with served(answer) as url:
            ledger = with_key(url)
            try:
                await operation(ledger)
            finally:
                await ledger.close()

    with pytest.raises(LedgerError, match="malformed") as caught:
        asyncio.run(main())
    assert "hidden" not in caught.value.detail


def test_an_account_that_cannot_be_reached_is_a_ledger_error() -> None:
    ledger = with_key(f"http://127.0.0.1:{unused_port()}")

    with pytest.raises(LedgerError, match="cannot be reached"):
        asyncio.run(ledger.insert(ROW))
    ledger.abandon()


@each_operation
def test_a_broken_connection_does_not_blame_the_account_name(operation: Operation) -> None:
    async def cut(request: web.Request) -> web.Response:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    async def main() -> None:
        async with served(cut) as url:
            ledger = with_key(url)
            with pytest.raises(LedgerError, match="broke"):
                await operation(ledger)
            await ledger.close()

    asyncio.run(main())


def test_a_late_answer_is_retried_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(NETWORK_OPTIONS, "read_timeout", 0.1)
    requests: list[web.Request] = []

    async def answer(request: web.Request) -> web.Response:
        requests.append(request)
        if len(requests) == 1:
            await asyncio.sleep(0.3)
        return missing_row()

    async def main() -> None:
        async with served(answer) as url:
            ledger = with_key(url)
            assert await ledger.read(ROW.kind, ROW.name) is None
            await ledger.close()

    asyncio.run(main())
    assert len(requests) == 2


def test_no_operation_takes_longer_than_its_limit() -> None:
    async def main() -> None:
        async with answering(204, delay_s=0.2) as url:
            ledger = with_key(url, limit_s=0.02)
            with pytest.raises(LedgerError, match="in time"):
                await ledger.insert(ROW)
            await ledger.close()

    asyncio.run(main())


def test_a_burst_at_healthy_storage_is_not_an_outage() -> None:
    async def answer(_: web.Request) -> web.Response:
        await asyncio.sleep(0.1)
        return missing_row()

    async def main() -> None:
        async with served(answer) as url:
            ledger = with_key(url, limit_s=0.3)  # all requests together take three times as long
            reads = (ledger.read(ROW.kind, f"0a-{number}") for number in range(300))
            assert await asyncio.gather(*reads) == [None] * 300
            await ledger.close()

    asyncio.run(main())


def test_only_a_few_requests_of_a_burst_reach_dead_storage() -> None:
    requests: list[str] = []

    async def hang(request: web.Request) -> web.Response:
        requests.append(request.path)
        await asyncio.Event().wait()
        return web.Response()

    async def main() -> list[Row | BaseException | None]:
        async with served(hang) as url:
            ledger = with_key(url, limit_s=0.5)
            reads = (ledger.read(ROW.kind, f"0a-{number}") for number in range(300))
            results = await asyncio.gather(*reads, return_exceptions=True)
            await ledger.close()
            return results

    assert {type(result) for result in asyncio.run(main())} == {NoAnswerError}
    assert len(requests) <= MAX_IN_FLIGHT


def test_an_existing_row_is_reported_even_if_it_cannot_be_read_in_time() -> None:
    async def answer(request: web.Request) -> web.Response:
        if request.method == "GET":
            await asyncio.sleep(1)
        error = {"odata.error": {"code": "EntityAlreadyExists", "message": {"value": ""}}}
        return web.json_response(error, status=HTTPStatus.CONFLICT)

    async def main() -> None:
        async with served(answer) as url:
            ledger = with_key(url, limit_s=0.1)
            with pytest.raises(RowExistsError) as caught:
                await ledger.insert(ROW)
            assert caught.value.row is None
            await ledger.close()

    asyncio.run(main())


async def do(operation: Operation, ledger: Ledger) -> None:
    await operation(ledger)


@each_operation
@pytest.mark.parametrize(
    "connection",
    ["hidden", "AccountName=hidden", "AccountName=hidden;AccountKey=hid;TableEndpoint=http://a/b"],
)
def test_a_malformed_connection_string_is_named_and_not_quoted(
    operation: Operation, connection: str
) -> None:
    ledger = TableLedger(Settings.from_mapping({"AzureWebJobsStorage": connection}))

    with pytest.raises(ConfigurationError, match="AzureWebJobsStorage") as caught:
        asyncio.run(do(operation, ledger))
    assert "hid" not in caught.value.detail
    ledger.abandon()


def test_a_connection_string_may_end_with_a_semicolon() -> None:
    async def main() -> None:
        connection = {"AzureWebJobsStorage": "UseDevelopmentStorage=true;"}
        await Table(Settings.from_mapping(connection), None).close()

    asyncio.run(main())


@each_operation
def test_the_error_names_a_missing_az_login(
    monkeypatch: pytest.MonkeyPatch, operation: Operation
) -> None:
    monkeypatch.setenv("PATH", "")
    ledger = TableLedger(Settings.from_mapping({"AzureWebJobsStorage__accountName": "hidden"}))

    with pytest.raises(LedgerError, match="az login"):
        asyncio.run(do(operation, ledger))
    ledger.abandon()


@each_operation
def test_an_identity_without_a_token_is_a_ledger_error(
    monkeypatch: pytest.MonkeyPatch, operation: Operation
) -> None:
    monkeypatch.setenv("IDENTITY_HEADER", "local")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")

    async def main() -> None:
        async with answering(500) as url:
            monkeypatch.setenv("IDENTITY_ENDPOINT", f"{url}/identity/token")
            values = {"IDENTITY_ENDPOINT": url, "AzureWebJobsStorage__accountName": "hidden"}
            ledger = TableLedger(Settings.from_mapping(values))
            try:
                await operation(ledger)
            finally:
                await ledger.close()

    with pytest.raises(LedgerError):
        asyncio.run(main())


def test_abandoned_connections_log_nothing(caplog: pytest.LogCaptureFixture) -> None:
    ledger = with_key(f"http://127.0.0.1:{unused_port()}")

    with caplog.at_level(logging.DEBUG):
        with pytest.raises(LedgerError):
            asyncio.run(ledger.read("claim", "0a"))
        ledger.abandon()
        del ledger
        gc.collect()

    assert [record for record in caplog.records if record.levelno > logging.DEBUG] == []
