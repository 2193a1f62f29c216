"""Changes of a row that others change as well: read it, decide, and write if nobody was faster."""

import asyncio
from collections.abc import Callable, Mapping

from shared.ledger.rows import CrowdedError, Ledger, Row, RowChangedError, RowExistsError, Value

type Decide[Result] = Callable[[Row | None], tuple[Mapping[str, Value] | None, Result]]
"""From a row as it is (None without one) to the values to store (None to leave it) and a result."""

# Each round has a winner, so nobody loses more often than others can win; a broken store shall
# keep no worker busy.
ROUNDS = 2000


async def change_row[Result](
    ledger: Ledger, kind: str, name: str, decide: Decide[Result], limit_s: float
) -> Result:
    """Change a row in one atomic step; return the result of `decide`.

    `decide` is asked again when somebody was faster, or seems to have been because the store's
    answer was lost: then it finds what it has written before, and has to know it again.
    Raise LedgerError; CrowdedError when others were faster for `limit_s` seconds. Each operation
    of the ledger has limits of its own.
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
    """Store a row in the place of the known one; whether nobody was faster."""
    try:
        if known is None:
            await ledger.insert(row)
        else:
            await ledger.replace(row._replace(version=known.version))
    except (RowExistsError, RowChangedError):
        return False
    return True
