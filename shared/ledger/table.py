"""The ledger in a table of the app's storage account (Azure Table Storage).

Its inserts and updates are atomic across workers, and a row's ETag is its version:
https://learn.microsoft.com/rest/api/storageservices/insert-entity and update-entity2.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from http import HTTPStatus
from typing import TYPE_CHECKING

from shared.config.settings import Settings
from shared.errors import AppError, ConfigurationError, LedgerError
from shared.ledger.rows import Row, RowChangedError, RowExistsError, is_name, require_storable
from shared.ledger.table_rows import new_mark
from shared.ledger.turns import AnswerTimeout, NoAnswerError

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential
    from azure.core.exceptions import AzureError

    from shared.ledger.table_client import Table

# For one operation with its retry and, the first time, a token. Twilio waits 15 s for an answer.
OPERATION_LIMIT_S = 6.0
NO_ANSWER = "The storage account did not answer in time."
# aiohttp's errors for an established connection.
BROKEN = ("ServerDisconnectedError", "ClientOSError")


class TableLedger:
    """Rows in the table LEDGER_TABLE, which is created with its first row."""

    def __init__(
        self,
        config: Settings,
        *,
        limit_s: float = OPERATION_LIMIT_S,
        identity: "TokenCredential | None" = None,
    ) -> None:
        """Use the storage account from the settings; limit each operation to `limit_s`.

        The limit is at most half the time of a send, since a send may go on without the ledger.
        The default `identity` is the app's.
        """
        self._given_identity = identity
        self._config = config
        self._limit_s = min(limit_s, config.send_limit_s / 2)
        self._connections: Table | None = None

    async def insert(self, row: Row) -> Row:
        """Store a new row; raise RowExistsError if there already is one."""
        require_storable(row)
        mark = new_mark()
        try:
            async with self._table() as table:
                return await table.insert(row, mark)
        except RowExistsError:
            return await self._inserted(row, mark)

    async def read(self, kind: str, name: str) -> Row | None:
        """Return the current row, or None."""
        if not is_name(name):
            return None
        async with self._table() as table:
            found = await table.find(kind, name)
        return found and found[0]

    async def replace(self, row: Row) -> Row:
        """Replace the row with this version; raise RowChangedError if it has changed."""
        require_storable(row)
        if not row.version:
            raise RowChangedError
        async with self._table() as table:
            return await table.replace(row)

    async def delete(self, row: Row) -> None:
        """Delete the row, if it still exists; raise RowChangedError if its version has changed."""
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
        """Let the operating system close the connections, as at exit, after their event loop."""
        if self._connections is not None:
            self._connections.abandon()

    async def _inserted(self, row: Row, mark: str) -> Row:
        """Return the existing row if it has this mark; otherwise raise RowExistsError.

        The row is known to exist, so neither an outage nor a timeout may turn that into another
        error.
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
        """Wait for a turn, then yield the table; turn failures into LedgerError."""
        from aiohttp import ClientError
        from azure.core.exceptions import AzureError

        table = self._connected()
        async with table.turns.turn():
            try:
                async with AnswerTimeout(self._limit_s):
                    yield table
            except AzureError as error:
                raise _explained(error) from error
            except (ClientError, TimeoutError) as error:
                raise NoAnswerError(NO_ANSWER) from error
            except (AppError, RowExistsError, RowChangedError):
                raise
            except Exception as error:  # the SDK raises anything for a malformed answer
                kind = type(error).__name__
                raise LedgerError(
                    f"The storage account's response is malformed ({kind})."
                ) from error

    def _connected(self) -> "Table":
        """Return the table; its connections belong to the event loop that first uses them."""
        if self._connections is None:
            from shared.ledger.table_client import Table

            self._connections = Table(self._config, self._identity())
        return self._connections

    def _identity(self) -> "TokenCredential | None":
        """Return the identity that opens the account, or None with a connection string."""
        if self._given_identity is not None:
            return self._given_identity
        if self._config.storage_connection:
            return None
        from shared.config.identity import credential

        return credential(
            managed_identity=self._config.managed_identity,
            client_id=self._config.storage_client_id,
        )


def _explained(error: "AzureError") -> LedgerError | ConfigurationError:
    """Say what an operator can do. The SDK's own text is left out, as it may quote the request."""
    kind = type(error).__name__
    status = getattr(error, "status_code", None)
    if kind == "AzureSigningError":  # the key in the connection string isn't Base64
        return ConfigurationError("Malformed settings: AzureWebJobsStorage (its key is invalid).")
    if kind == "CredentialUnavailableError":
        return LedgerError(
            "No Azure identity is available to open the storage account. "
            "On your machine, run az login."
        )
    if status == HTTPStatus.FORBIDDEN:
        return LedgerError(
            "The storage account refused the app. Check its network rules, and that the app's "
            "identity has the Storage Table Data Contributor role or its connection string has a "
            "valid key."
        )
    if kind == "ClientAuthenticationError":
        return LedgerError(f"The app could not sign in to the storage account ({status or kind}).")
    if kind.startswith("ServiceRequest"):
        if type(getattr(error, "inner_exception", None)).__name__ in BROKEN:
            return NoAnswerError("The connection to the storage account broke before it answered.")
        return NoAnswerError("The storage account cannot be reached. Check its name.")
    if kind.startswith("ServiceResponse"):
        return NoAnswerError(NO_ANSWER)
    return LedgerError(f"The storage account failed to carry out a request ({status or kind}).")
