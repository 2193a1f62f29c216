"""The ledger: where the app remembers what it sends and what became of it.

It holds small rows, each read and written by itself. A row is never changed behind somebody's
back: who replaces or deletes it must have seen it as it is. That is all that exactly one send per
key needs, and every store with atomic inserts and versions can give it.
"""

from collections.abc import Mapping
from typing import NamedTuple, Protocol

Value = str | int


class Row(NamedTuple):
    """One row, found by its `kind` (claim, state) and its `name` (letters, digits and `-`).

    `values` are texts of up to 32,000 characters and whole numbers. `version` is the ledger's mark
    for the row as it was read, "" for one that is not stored yet.
    """

    kind: str
    name: str
    values: Mapping[str, Value]
    version: str = ""


class RowExistsError(Exception):
    """There is a row of that kind and name already."""


class RowChangedError(Exception):
    """The row was changed or deleted since it was read."""


class Ledger(Protocol):
    """A store of rows; every method raises LedgerError when the store cannot be used now."""

    async def insert(self, row: Row) -> Row:
        """Store a new row in one atomic step; return it with its version.

        Raise RowExistsError when there is one already: it may be this one, where an answer of the
        store was lost and the request was repeated.
        """
        ...

    async def read(self, kind: str, name: str) -> Row | None:
        """The row as it is now, None when there is none."""
        ...

    async def replace(self, row: Row) -> Row:
        """Store the row in place of the one with its version; return it with its new version.

        Raise RowChangedError.
        """
        ...

    async def delete(self, row: Row) -> None:
        """Remove the row if it still has this version; raise RowChangedError otherwise."""
        ...

    async def close(self) -> None:
        """Close the connections of the running event loop."""
        ...

    def abandon(self) -> None:
        """Leave all connections to the system, as at exit."""
        ...
