"""A ledger in the memory of one worker: for a desk without storage, and for tests.

Azure runs several workers and ends them without notice, so there it would forget and send twice.
"""

from shared.ledger.rows import Row, RowChangedError, RowExistsError, require_storable


class MemoryLedger:
    """Rows in a dictionary. Nothing in it waits, so each method is one atomic step."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str], Row] = {}
        self._writes = 0

    async def insert(self, row: Row) -> Row:
        """Store a new row; raise RowExistsError when there is one already."""
        known = self._rows.get((row.kind, row.name))
        if known is not None:
            raise RowExistsError(known)
        return self._put(row)

    async def read(self, kind: str, name: str) -> Row | None:
        """The row as it is now, None when there is none."""
        return self._rows.get((kind, name))

    async def replace(self, row: Row) -> Row:
        """Store the row in place of the one with its version; else RowChangedError."""
        self._require_same(row)
        return self._put(row)

    async def delete(self, row: Row) -> None:
        """Remove the row if it still has this version or is gone already; else RowChangedError."""
        if (row.kind, row.name) in self._rows:
            self._require_same(row)
            del self._rows[row.kind, row.name]

    async def close(self) -> None:
        """There is nothing to close."""

    def abandon(self) -> None:
        """There is nothing to leave."""

    def _put(self, row: Row) -> Row:
        require_storable(row)
        self._writes += 1
        stored = row._replace(values=dict(row.values), version=str(self._writes))
        self._rows[row.kind, row.name] = stored
        return stored

    def _require_same(self, row: Row) -> None:
        known = self._rows.get((row.kind, row.name))
        if known is None or known.version != row.version:
            raise RowChangedError
