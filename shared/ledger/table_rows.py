"""Rows of the ledger as entities of Table Storage.

A row is a partition of its own (PartitionKey is its name, RowKey its kind), so the service can
spread the rows over as many servers as it likes.
https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model
"""

import secrets
from collections.abc import Mapping
from typing import Any, cast

from shared.ledger.rows import Row, Value

# The property that says which write made the row what it is; never among its values.
MARK = "LedgerWrite"
_KEYS = ("PartitionKey", "RowKey", "Timestamp", MARK)


def new_mark() -> str:
    """What tells one write from all others."""
    return secrets.token_hex(8)


def to_entity(row: Row, mark: str) -> dict[str, Any]:
    """The entity for a row; each property with its type, as (value, type)."""
    values = {name: _typed(value) for name, value in row.values.items()}
    return {**values, "PartitionKey": row.name, "RowKey": row.kind, MARK: mark}


def to_row(entity: Mapping[str, Any], version: str) -> Row:
    """The row of an entity as the SDK read it."""
    values = {name: _plain(value) for name, value in entity.items() if name not in _KEYS}
    return Row(entity["RowKey"], entity["PartitionKey"], values, version)


def _typed(value: Value) -> tuple[Value, str]:
    """The SDK takes a plain number for one of 32 bits."""
    return (value, "Edm.Int64") if isinstance(value, int) else (str(value), "Edm.String")


def _plain(value: object) -> Value:
    """The SDK reads a number of 64 bits as (number, type)."""
    if isinstance(value, tuple):
        return cast("tuple[Value, str]", value)[0]
    return cast("Value", value)
