"""The ledger in a table of the app's storage account (Azure Table Storage).

Inserts and replacements are atomic there, whichever worker makes them, and a row's ETag is its
version: https://learn.microsoft.com/rest/api/storageservices/insert-entity and update-entity2.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from http import HTTPStatus
from typing import TYPE_CHECKING

from shared.config.settings import Settings
from shared.errors import AppError, ConfigurationError, LedgerError
from shared.ledger.rows import Row, RowChangedError, RowExistsError, is_name, require_storable
from shared.ledger.table_rows import new_mark
from shared.ledger.turns import NoAnswerError, Silence

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential
    from azure.core.exceptions import AzureError

    from shared.ledger.table_client import Table

# One operation with its repetition and, at first, a token. Twilio waits 15 s for a whole answer.
OPERATION_LIMIT_S = 6.0
NO_ANSWER = "the storage account did not answer in time"
# aiohttp's errors of a connection that had come about.
BROKEN = ("ServerDisconnectedError", "ClientOSError")


class TableLedger:
    """Rows in the table LEDGER_TABLE, which comes into being with its first row."""

    def __init__(self, config: Settings, *, limit_s: float = OPERATION_LIMIT_S) -> None:
        """Use the account that the settings name; an operation, once begun, takes `limit_s`.

        It never takes more than half the time of a send, which may go on without the ledger.
        """
        self._config = config
        self._limit_s = min(limit_s, config.send_limit_s / 2)
        self._connections: Table | None = None

    async def insert(self, row: Row) -> Row:
        """Store a new row; raise RowExistsError when there is one already."""
        require_storable(row)
        mark = new_mark()
        try:
            async with self._table() as table:
                return await table.insert(row, mark)
        except RowExistsError:
            return await self._written(row, mark)

    async def read(self, kind: str, name: str) -> Row | None:
        """The row as it is now, None when there is none."""
        if not is_name(name):
            return None
        async with self._table() as table:
            found = await table.find(kind, name)
        return found and found[0]

    async def replace(self, row: Row) -> Row:
        """Store the row in place of the one with its version; else RowChangedError."""
        require_storable(row)
        if not row.version:
            raise RowChangedError
        async with self._table() as table:
            return await table.replace(row)

    async def delete(self, row: Row) -> None:
        """Remove the row if it still has this version or is gone already; else RowChangedError."""
        if not row.version:
            raise RowChangedError
        async with self._table() as table:
            await table.delete(row)

    async def close(self) -> None:
        """Close the connections; a later operation opens new ones."""
        table, self._connections = self._connections, None
        if table is not None:
            await table.close()

    def abandon(self) -> None:
        """Leave the connections to the system, as at exit, when their event loop has ended."""
        if self._connections is not None:
            self._connections.abandon()

    async def _written(self, row: Row, mark: str) -> Row:
        """The row that is in the way, if it was written with this mark; else RowExistsError.

        That it is there is known, so neither an outage nor the limit of time may hide it.
        """
        found = None
        with suppress(LedgerError):
            async with self._table() as table:
                found = await table.find(row.kind, row.name)
        if found is None or found[1] != mark:
            raise RowExistsError(found and found[0])
        return found[0]

    @asynccontextmanager
    async def _table(self) -> "AsyncGenerator[Table]":
        """Give the table to one operation when it is its turn; its failures become LedgerError."""
        from aiohttp import ClientError
        from azure.core.exceptions import AzureError

        table = self._connected()
        async with table.turns.turn():
            try:
                async with Silence(self._limit_s):
                    yield table
            except AzureError as error:
                raise _explained(error) from error
            except (ClientError, TimeoutError) as error:
                raise NoAnswerError(NO_ANSWER) from error
            except (AppError, RowExistsError, RowChangedError):
                raise
            except Exception as error:  # whatever the SDK stumbles over in an answer
                kind = type(error).__name__
                raise LedgerError(
                    f"the storage account's answer cannot be read ({kind})"
                ) from error

    def _connected(self) -> "Table":
        """Return the table; its connections belong to the event loop that first uses them."""
        if self._connections is None:
            from shared.ledger.table_client import Table

            self._connections = Table(self._config, self._identity())
        return self._connections

    def _identity(self) -> "TokenCredential | None":
        """Return what opens the account, None where a connection string does."""
        if self._config.storage_connection:
            return None
        from shared.config.identity import credential

        return credential(
            managed_identity=self._config.managed_identity,
            client_id=self._config.storage_client_id,
        )


def _explained(error: "AzureError") -> LedgerError | ConfigurationError:
    """What an operator can do about it. The SDK's own text may quote the request: not used."""
    kind = type(error).__name__
    status = getattr(error, "status_code", None)
    if kind == "AzureSigningError":  # the key of a connection string is no Base64
        return ConfigurationError("malformed settings: AzureWebJobsStorage (its key is no key)")
    if kind == "CredentialUnavailableError":
        return LedgerError("there is no identity to open storage with; at a desk, run az login")
    if status == HTTPStatus.FORBIDDEN:
        return LedgerError(
            "the storage account refuses the app; its identity needs the role Storage Table Data "
            "Contributor, a connection string a valid key, and the network rules must let it in"
        )
    if kind == "ClientAuthenticationError":
        return LedgerError(
            f"the storage account, or the app's identity, does not know the app ({status or kind})"
        )
    if kind.startswith("ServiceRequest"):
        if type(getattr(error, "inner_exception", None)).__name__ in BROKEN:
            return NoAnswerError("the connection to the storage account broke before it answered")
        return NoAnswerError("the storage account cannot be reached; is its name right?")
    if kind.startswith("ServiceResponse"):
        return NoAnswerError(NO_ANSWER)
    return LedgerError(f"the storage account did not do its work ({status or kind})")
