"""A ledger in the memory of one worker, for local use without storage and for tests.

Azure runs several workers and stops them without notice, so there it would forget and send twice.
"""

from shared.ledger.rows import Row, RowChangedError, RowExistsError, require_storable


class MemoryLedger:
    """Rows in a dictionary. Its methods never await, so each one is atomic."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str], Row] = {}
        self._writes = 0

    async def insert(self, row: Row) -> Row:
        """Store a new row; raise RowExistsError if there already is one."""
        known = self._rows.get((row.kind, row.name))
        if known is not None:
            raise RowExistsError(known)
        return self._put(row)

    async def read(self, kind: str, name: str) -> Row | None:
        """Return the current row, or None."""
        return self._rows.get((kind, name))

    async def replace(self, row: Row) -> Row:
        """Replace the row with this version; raise RowChangedError if it has changed."""
        self._require_same(row)
        return self._put(row)

    async def delete(self, row: Row) -> None:
        """Delete the row, if it still exists; raise RowChangedError if its version has changed."""
        if (row.kind, row.name) in self._rows:
            self._require_same(row)
            del self._rows[row.kind, row.name]

    async def close(self) -> None:
        """Do nothing: there are no connections."""

    def abandon(self) -> None:
        """Do nothing: there are no connections."""

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
