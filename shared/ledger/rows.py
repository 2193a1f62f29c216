"""The ledger: where the app remembers what it sends and what became of it.

It holds small rows, each read and written by itself. A row is never changed behind somebody's
back: who replaces or deletes it must have seen it as it is. That is all that exactly one send per
key needs, and every store with atomic inserts and versions can give it.
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
    """One row, found by its `kind` (claim, state) and its `name` (letters, digits and `-`).

    `values` are texts of up to 32,000 UTF-16 code units and whole numbers of 64 bits, by names in
    snake_case. `version` is the ledger's mark for the row as it was read, "" for one that is not
    stored yet.
    """

    kind: str
    name: str
    values: Mapping[str, Value]
    version: str = ""


class RowExistsError(Exception):
    """There is a row of that kind and name already: `row`, or None where it cannot be told now."""

    def __init__(self, row: Row | None = None) -> None:
        super().__init__()
        self.row = row


class RowChangedError(Exception):
    """The row was changed or deleted since it was read."""


class CrowdedError(LedgerError):
    """The ledger works, but too many want to use it, or a row, at once: no outage."""

    def __init__(self) -> None:
        super().__init__("Too many requests want to use the storage, or one row there, at once.")


def is_name(text: str) -> bool:
    """Whether a row may be called so; a name that may not be has no row."""
    return bool(_NAME.fullmatch(text))


def require_storable(row: Row) -> None:
    """Raise ValueError for what not every store keeps as it is; its text holds no value.

    Table Storage: a text has up to 64 KiB in UTF-16, a number 64 bits, keys no `/`, `\\`, `#`, `?`.
    https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model
    """
    if not (is_name(row.kind) and is_name(row.name)):
        raise ValueError("a row's kind and name are letters, digits and -")
    for name, value in row.values.items():
        if not _PROPERTY.fullmatch(name):
            raise ValueError(f"{name} is no name in snake_case")
        if not (_is_text(value) if isinstance(value, str) else -(2**63) <= value < 2**63):
            raise ValueError(f"{name} is no text or number that can be stored")


def _is_text(text: str) -> bool:
    try:
        return len(text.encode("utf-16-le")) <= 2 * MAX_TEXT_UNITS and "\0" not in text
    except UnicodeEncodeError:  # half of a surrogate pair
        return False


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
        """Remove the row if it still has this version; else raise RowChangedError.

        It is content when the row is gone already, as after a repeated request.
        """
        ...

    async def close(self) -> None:
        """Close the connections; a later operation opens new ones."""
        ...

    def abandon(self) -> None:
        """Leave all connections to the system, as at exit."""
        ...
