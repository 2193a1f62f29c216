"""The ledger: where the app records what it sends and what became of it.

It holds small rows, each read and written on its own, with optimistic locking: to replace or delete
a row, a writer must have read its current version. Sending exactly once per key needs no more, and
any store with atomic inserts and versions can provide it.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple, Protocol

from shared.errors import LedgerError

Value = str | int

MAX_TEXT_UNITS = 32_000
_NAME = re.compile("[A-Za-z0-9-]{1,255}")
_PROPERTY = re.compile("[a-z][a-z0-9_]{0,99}")


class Row(NamedTuple):
    """One row, identified by its `kind` (claim, state) and its `name` (letters, digits and `-`).

    `values` are texts of up to 32,000 UTF-16 code units and 64-bit integers, by names in
    snake_case. `version` is the ledger's version of the row as it was read, "" for a row that isn't
    stored yet.
    """

    kind: str
    name: str
    values: Mapping[str, Value]
    version: str = ""


class RowExistsError(Exception):
    """A row of that kind and name exists: `row`, or None if it could not be read."""

    def __init__(self, row: Row | None = None) -> None:
        super().__init__()
        self.row = row


class RowChangedError(Exception):
    """The row was changed or deleted since it was read."""


class CrowdedError(LedgerError):
    """The ledger works, but too many requests use it, or one of its rows, at once."""

    def __init__(self) -> None:
        super().__init__("Too many requests are using the storage at once. Try again shortly.")


def is_name(text: str) -> bool:
    """Whether this is a valid name or kind of a row."""
    return bool(_NAME.fullmatch(text))


def require_storable(row: Row) -> None:
    """Raise ValueError if some store could not keep the row unchanged; the text holds no values.

    In Table Storage a text has up to 64 KiB in UTF-16, a number has 64 bits, and keys cannot hold
    `/`, `\\`, `#` or `?`.
    https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model
    """
    if not (is_name(row.kind) and is_name(row.name)):
        raise ValueError("a row's kind and name must be letters, digits and -")
    for name, value in row.values.items():
        if not _PROPERTY.fullmatch(name):
            raise ValueError(f"{name} is not a name in snake_case")
        if not (_is_text(value) if isinstance(value, str) else -(2**63) <= value < 2**63):
            raise ValueError(f"{name} is too long, too large or contains invalid characters")


def _is_text(text: str) -> bool:
    try:
        return len(text.encode("utf-16-le")) <= 2 * MAX_TEXT_UNITS and "\0" not in text
    except UnicodeEncodeError:  # half of a surrogate pair
        return False


class Ledger(Protocol):
    """A store of rows; every method raises LedgerError while the store is unavailable."""

    async def insert(self, row: Row) -> Row:
        """Store a new row in one atomic step; return it with its version.

        Raise RowExistsError if there already is one. It may be this very row, if the store's answer
        was lost and the request was retried.
        """
        ...

    async def read(self, kind: str, name: str) -> Row | None:
        """Return the current row, or None."""
        ...

    async def replace(self, row: Row) -> Row:
        """Replace the row with this version; return it with its new version.

        Raise RowChangedError if the row has changed.
        """
        ...

    async def delete(self, row: Row) -> None:
        """Delete the row; raise RowChangedError if its version has changed.

        Do nothing if it is already gone, as after a retried request.
        """
        ...

    async def close(self) -> None:
        """Close the connections; a later operation opens new ones."""
        ...

    def abandon(self) -> None:
        """Let the operating system close the connections, as at exit."""
        ...
