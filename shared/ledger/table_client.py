"""The ledger's table through Microsoft's own client. Only `table_ledger` imports it: it is heavy.

A write whose answer is lost is repeated, here or by aiohttp. Each write leaves a random mark in its
row, so a repetition that comes too late can tell whether it was this write that came first.
"""

import asyncio
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any, Self

import aiohttp
from azure.core import MatchConditions
from azure.core.credentials import AccessToken, TokenCredential
from azure.core.exceptions import (
    AzureError,
    HttpResponseError,
    ResourceNotFoundError,
    ServiceRequestError,
    ServiceResponseError,
)
from azure.core.pipeline.transport import AioHttpTransport
from azure.data.tables import UpdateMode
from azure.data.tables.aio import TableClient

from shared.config.identity import log_no_requests
from shared.config.local_stack import table_transport
from shared.config.settings import Settings
from shared.errors import ConfigurationError
from shared.http.connector import Connector
from shared.ledger.rows import Row, RowChangedError, RowExistsError
from shared.ledger.table_rows import MARK, new_mark, to_entity, to_row
from shared.ledger.turns import Turns

# Two attempts, and a limit over both in `table_ledger`, which alone bounds connecting: that takes
# some turns of the event loop, which a crowd makes long. The SDK itself repeats nothing: it would
# wait for whatever a Retry-After says, and would take its own repeated write for somebody else's.
NETWORK_OPTIONS: dict[str, Any] = {
    "retry_total": 0,
    "retry_status": 0,
    "connection_timeout": None,
    "read_timeout": 2,
}
# Enough to keep a worker busy while the storage takes some 50 ms for each; more would be served no
# sooner.
MAX_IN_FLIGHT = 32
NO_ECHO = {"Prefer": "return-no-content"}
BAD_CONNECTION_STRING = (
    "malformed settings: AzureWebJobsStorage (must be the connection string of a storage account)"
)


class Table:
    """One table for one event loop; create it inside a coroutine of that loop.

    The methods are those of the ledger; they raise AzureError or aiohttp's errors where the
    service fails.
    """

    def __init__(self, config: Settings, identity: TokenCredential | None) -> None:
        """`identity` is for an account without connection string; else ConfigurationError."""
        log_no_requests()
        self._session = aiohttp.ClientSession(
            connector=Connector(limit=0), cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False
        )
        self.turns = Turns(MAX_IN_FLIGHT)
        try:
            self._client = _client(config, identity, self._session)
        except ValueError:  # it may quote the connection string
            self._session.detach()
            raise ConfigurationError(BAD_CONNECTION_STRING) from None

    async def insert(self, row: Row, mark: str) -> Row:
        """Store a new row and, with the first one, the table; else RowExistsError.

        The row in the way may be this one, then it bears the `mark`: see `find`.
        """
        entity = to_entity(row, mark)
        return row._replace(version=await _twice(lambda: self._create(entity)))

    async def find(self, kind: str, name: str) -> tuple[Row, str] | None:
        """The row as it is now and the mark of who wrote it; None without one (or a table)."""
        return await _twice(lambda: self._find(kind, name))

    async def replace(self, row: Row) -> Row:
        """Store the row in place of the one with its version; else RowChangedError."""
        entity = to_entity(row, new_mark())
        try:
            return row._replace(version=await _twice(lambda: self._update(entity, row.version)))
        except RowChangedError:
            found = await self._find(row.kind, row.name)
            if found is None or found[1] != entity[MARK]:
                raise
        return row._replace(version=found[0].version)

    async def delete(self, row: Row) -> None:
        """Remove the row if it still has this version or is gone already; else RowChangedError."""
        await _twice(lambda: self._remove(row))

    async def close(self) -> None:
        """Close the connections; call it in the event loop that opened them."""
        await self._session.close()

    def abandon(self) -> None:
        """Leave the connections to the system: at exit their event loop no longer runs."""
        self._session.detach()

    async def _create(self, entity: dict[str, Any]) -> str:
        try:
            try:
                return await self._insert(entity)
            except ResourceNotFoundError:
                await self._create_table()
                return await self._insert(entity)
        except HttpResponseError as error:
            if _says(error, HTTPStatus.CONFLICT, "EntityAlreadyExists"):
                raise RowExistsError from error
            raise

    async def _insert(self, entity: dict[str, Any]) -> str:
        try:
            return (await self._client.create_entity(entity, headers=dict(NO_ECHO)))["etag"]
        except AttributeError as error:
            # The SDK reads the answer of every error; those of an identity or a key have none.
            if isinstance(error.__context__, AzureError):
                raise error.__context__ from None
            raise

    async def _create_table(self) -> None:
        try:
            await self._client.create_table(headers=dict(NO_ECHO))
        except HttpResponseError as error:
            if not _says(error, HTTPStatus.CONFLICT, "TableAlreadyExists"):
                raise

    async def _find(self, kind: str, name: str) -> tuple[Row, str] | None:
        try:
            entity = await self._client.get_entity(name, kind)
        except ResourceNotFoundError:
            return None
        return to_row(entity, str(entity.metadata["etag"])), str(entity.get(MARK, ""))

    async def _update(self, entity: dict[str, Any], version: str) -> str:
        try:
            answer = await self._client.update_entity(
                entity,
                UpdateMode.REPLACE,
                etag=version,
                match_condition=MatchConditions.IfNotModified,
            )
        except HttpResponseError as error:
            if error.status_code in (HTTPStatus.NOT_FOUND, HTTPStatus.PRECONDITION_FAILED):
                raise RowChangedError from error
            raise
        return answer["etag"]

    async def _remove(self, row: Row) -> None:
        """The SDK, too, is content when there is nothing to delete."""
        try:
            await self._client.delete_entity(
                row.name, row.kind, etag=row.version, match_condition=MatchConditions.IfNotModified
            )
        except HttpResponseError as error:
            if error.status_code == HTTPStatus.PRECONDITION_FAILED:
                raise RowChangedError from error
            raise


class _ThreadedCredential:
    """A credential that blocks, asked in a thread; azure.identity.aio takes longer to import."""

    def __init__(self, identity: TokenCredential) -> None:
        self._identity = identity

    async def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        return await asyncio.to_thread(self._identity.get_token, *scopes, **options)

    async def close(self) -> None:
        """There is nothing to close."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object, **named_error: object) -> None:
        """There is nothing to leave."""


def _client(
    config: Settings, identity: TokenCredential | None, session: aiohttp.ClientSession
) -> TableClient:
    """The SDK's client over our session; ValueError where it cannot use the connection string."""
    ours: dict[str, Any] = {"session": session, "session_owner": False, **NETWORK_OPTIONS}
    if identity is None:
        connection = config.storage_connection.rstrip("; ")
        transport = AioHttpTransport(**ours)
        return TableClient.from_connection_string(
            connection, config.ledger_table, transport=transport, **NETWORK_OPTIONS
        )
    if config.local_stack_url:
        transport = table_transport(config.local_stack_url, **ours)
    else:
        transport = AioHttpTransport(**ours)
    return TableClient(
        config.storage_table_url,
        config.ledger_table,
        credential=_ThreadedCredential(identity),
        transport=transport,
        **NETWORK_OPTIONS,
    )


async def _twice[T](operation: Callable[[], Awaitable[T]]) -> T:
    """Do it again if there is no answer."""
    try:
        return await operation()
    except (ServiceRequestError, ServiceResponseError):
        return await operation()


def _says(error: HttpResponseError, status: HTTPStatus, code: str) -> bool:
    """Whether the service answered so; its code stands in the body."""
    return error.status_code == status and error.response is not None and code in _text_of(error)


def _text_of(error: HttpResponseError) -> str:
    return str(error.response.text()) if error.response is not None else ""
