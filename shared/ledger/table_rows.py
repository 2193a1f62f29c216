"""Convert rows of the ledger to entities of Table Storage and back.

Each row is its own partition (PartitionKey is its name, RowKey its kind), so the service can spread
the rows over many servers.
https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model
"""

import secrets
from collections.abc import Mapping
from typing import Any, cast

from shared.ledger.rows import Row, Value

# The property that identifies the row's last write; never among its values.
MARK = "LedgerWrite"
_KEYS = ("PartitionKey", "RowKey", "Timestamp", MARK)


def new_mark() -> str:
    """Return a random mark that identifies one write."""
    return secrets.token_hex(8)


def to_entity(row: Row, mark: str) -> dict[str, Any]:
    """Return the entity for a row; each property is a (value, type) pair."""
    values = {name: _typed(value) for name, value in row.values.items()}
    return {**values, "PartitionKey": row.name, "RowKey": row.kind, MARK: mark}


def to_row(entity: Mapping[str, Any], version: str) -> Row:
    """Return the row for an entity that the SDK has read."""
    values = {name: _plain(value) for name, value in entity.items() if name not in _KEYS}
    return Row(entity["RowKey"], entity["PartitionKey"], values, version)


def _typed(value: Value) -> tuple[Value, str]:
    """Name the type: the SDK treats a plain number as 32 bits."""
    return (value, "Edm.Int64") if isinstance(value, int) else (str(value), "Edm.String")


def _plain(value: object) -> Value:
    """Drop the type: the SDK reads a 64-bit number as (number, type)."""
    if isinstance(value, tuple):
        return cast("tuple[Value, str]", value)[0]
    return cast("Value", value)
