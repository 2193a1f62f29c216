"""The ledger's table through Microsoft's client. Only `table` imports it, because it is slow to.

When the answer to a write is lost, this module or aiohttp retries the write. Each write leaves a
random mark in its row, so a retry can tell whether its own first attempt got there before it.
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

# Two attempts, with a limit over both in `table`. Only that limit covers connecting, which takes
# several turns of the event loop and so is slow under load. The SDK itself doesn't retry: it would
# sleep for as long as Retry-After says, and would mistake its own retried write for another's.
NETWORK_OPTIONS: dict[str, Any] = {
    "retry_total": 0,
    "retry_status": 0,
    "connection_timeout": None,
    "read_timeout": 2,
}
# Enough to keep a worker busy while the storage takes about 50 ms per operation; more wouldn't be
# served any sooner.
MAX_IN_FLIGHT = 32
NO_ECHO = {"Prefer": "return-no-content"}
BAD_CONNECTION_STRING = (
    "Malformed settings: AzureWebJobsStorage (must be the connection string of a storage account)."
)


class Table:
    """One table for one event loop; create it inside a coroutine of that loop.

    It has the ledger's methods, which raise AzureError or aiohttp's errors when the service fails.
    """

    def __init__(self, config: Settings, identity: TokenCredential | None) -> None:
        """`identity` opens an account without a connection string.

        Raise ConfigurationError if the connection string is malformed.
        """
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
        """Store a new row, creating the table if it is missing; raise RowExistsError.

        The existing row may be this very one; then it has the `mark`: see `find`.
        """
        entity = to_entity(row, mark)
        return row._replace(version=await _retried(lambda: self._create(entity)))

    async def find(self, kind: str, name: str) -> tuple[Row, str] | None:
        """Return the current row and the mark of its last write, or None."""
        return await _retried(lambda: self._find(kind, name))

    async def replace(self, row: Row) -> Row:
        """Replace the row with this version; raise RowChangedError if it has changed."""
        entity = to_entity(row, new_mark())
        try:
            return row._replace(version=await _retried(lambda: self._update(entity, row.version)))
        except RowChangedError:
            found = await self._find(row.kind, row.name)
            if found is None or found[1] != entity[MARK]:
                raise
        return row._replace(version=found[0].version)

    async def delete(self, row: Row) -> None:
        """Delete the row, if it still exists; raise RowChangedError if its version has changed."""
        await _retried(lambda: self._remove(row))

    async def close(self) -> None:
        """Close the connections; call it in the event loop that opened them."""
        await self._session.close()

    def abandon(self) -> None:
        """Let the operating system close the connections: at exit their event loop is gone."""
        self._session.detach()

    async def _create(self, entity: dict[str, Any]) -> str:
        try:
            try:
                return await self._insert(entity)
            except ResourceNotFoundError:
                await self._create_table()
                return await self._insert(entity)
        except HttpResponseError as error:
            if _has_code(error, HTTPStatus.CONFLICT, "EntityAlreadyExists"):
                raise RowExistsError from error
            raise

    async def _insert(self, entity: dict[str, Any]) -> str:
        try:
            return (await self._client.create_entity(entity, headers=dict(NO_ECHO)))["etag"]
        except AttributeError as error:
            # The SDK reads the answer of every error, but errors of an identity or a key have none.
            if isinstance(error.__context__, AzureError):
                raise error.__context__ from None
            raise

    async def _create_table(self) -> None:
        try:
            await self._client.create_table(headers=dict(NO_ECHO))
        except HttpResponseError as error:
            if not _has_code(error, HTTPStatus.CONFLICT, "TableAlreadyExists"):
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
        """Delete the row; the SDK ignores that it is already gone."""
        try:
            await self._client.delete_entity(
                row.name, row.kind, etag=row.version, match_condition=MatchConditions.IfNotModified
            )
        except HttpResponseError as error:
            if error.status_code == HTTPStatus.PRECONDITION_FAILED:
                raise RowChangedError from error
            raise


class _ThreadedCredential:
    """A blocking credential, used in a thread; azure.identity.aio takes longer to import."""

    def __init__(self, identity: TokenCredential) -> None:
        self._identity = identity

    async def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        return await asyncio.to_thread(self._identity.get_token, *scopes, **options)

    async def close(self) -> None:
        """Do nothing: there is nothing to close."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object, **named_error: object) -> None:
        """Do nothing: there is nothing to close."""


def _client(
    config: Settings, identity: TokenCredential | None, session: aiohttp.ClientSession
) -> TableClient:
    """Return the SDK's client over our session; raise ValueError for a bad connection string."""
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


async def _retried[T](operation: Callable[[], Awaitable[T]]) -> T:
    """Retry once if there is no answer."""
    try:
        return await operation()
    except (ServiceRequestError, ServiceResponseError):
        return await operation()


def _has_code(error: HttpResponseError, status: HTTPStatus, code: str) -> bool:
    """Whether the service answered with this status and, in the body, this error code."""
    return error.status_code == status and error.response is not None and code in _text_of(error)


def _text_of(error: HttpResponseError) -> str:
    return str(error.response.text()) if error.response is not None else ""
