"""Change a shared row: read it, decide, and write it unless another writer was faster."""

import asyncio
from collections.abc import Callable, Mapping

from shared.ledger.rows import CrowdedError, Ledger, Row, RowChangedError, RowExistsError, Value

type Decide[Result] = Callable[[Row | None], tuple[Mapping[str, Value] | None, Result]]
"""Maps the current row, or None, to the values to store (None to leave it alone) and a result."""

# Every lost race has a winner, so real contention ends long before this. Give up then, so that a
# broken store cannot keep a worker spinning.
ROUNDS = 2000


async def change_row[Result](
    ledger: Ledger, kind: str, name: str, decide: Decide[Result], limit_s: float
) -> Result:
    """Change a row in one atomic step; return the result of `decide`.

    `decide` runs again when another writer was faster, or seems to have been because the store's
    answer was lost. In that case it gets its own earlier write and must recognize it.
    Raise LedgerError, or CrowdedError after losing races for `limit_s` seconds. Each operation of
    the ledger has its own time limit.
    """
    time = asyncio.get_running_loop().time
    ends_at = time() + limit_s
    for _ in range(ROUNDS):
        row = await ledger.read(kind, name)
        values, result = decide(row)
        if values is None or await _is_stored(ledger, row, Row(kind, name, values)):
            return result
        if time() > ends_at:
            break
    raise CrowdedError


async def _is_stored(ledger: Ledger, known: Row | None, row: Row) -> bool:
    """Store a row in place of the known one; return False if another writer was faster."""
    try:
        if known is None:
            await ledger.insert(row)
        else:
            await ledger.replace(row._replace(version=known.version))
    except (RowExistsError, RowChangedError):
        return False
    return True
