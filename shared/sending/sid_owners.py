"""Which claim each SID belongs to, so that two claims never share a message or a call.

Two keys may send the same text to the same number. Once one claim has found its message in Twilio's
list, the other can't match it: two keys mean two texts.
"""

from collections.abc import Sequence

from shared.ledger.rows import Ledger, Row, RowExistsError

# Kinds of rows by SID: written by this module, and from reports.
OWNER, STATE = "owner", "state"


class SidOwners:
    """The owners of SIDs in a ledger; every method raises LedgerError if it is unavailable."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def own(self, sid: str, references: Sequence[str]) -> bool:
        """Assign a SID to a claim's attempt; return False if another claim already owns it.

        `references` names all attempts of the claim, starting with the new owner.
        """
        try:
            await self._ledger.insert(Row(OWNER, sid, {"claim": references[0]}))
        except RowExistsError as error:
            row = error.row or await self._ledger.read(OWNER, sid)
            return row is not None and row.values["claim"] in references
        return True

    async def find(self, sid: str) -> str | None:
        """Return the attempt that owns a SID or that its reports name, or None if unknown.

        "" means that its reports name none: it was sent without a claim.
        """
        row = await self._ledger.read(OWNER, sid) or await self._ledger.read(STATE, sid)
        return str(row.values["claim"]) if row else None
