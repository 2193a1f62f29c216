"""Which claim a message or a call of Twilio's belongs to, so that no two claims share one.

Two keys may stand for the same words to the same number. What one claim has found in Twilio's list
is no longer there for the other, whoever's it was: two keys are two texts.
"""

from collections.abc import Sequence

from shared.ledger.rows import Ledger, Row, RowExistsError

# Kinds of rows by SID: what this app wrote down itself, and what reports told.
OWNER, STATE = "owner", "state"


class SidOwners:
    """The owners of SIDs in a ledger; every method raises LedgerError when that cannot be used."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def own(self, sid: str, references: Sequence[str]) -> bool:
        """Make a SID the property of a claim's attempt; False when it is another claim's already.

        `references` names all attempts of the claim, the one that owns it first.
        """
        try:
            await self._ledger.insert(Row(OWNER, sid, {"claim": references[0]}))
        except RowExistsError as error:
            row = error.row or await self._ledger.read(OWNER, sid)
            return row is not None and row.values["claim"] in references
        return True

    async def find(self, sid: str) -> str | None:
        """The attempt that a SID belongs to, or that its reports name; None when nobody knows.

        "" when its reports name none: it was sent without a claim.
        """
        row = await self._ledger.read(OWNER, sid) or await self._ledger.read(STATE, sid)
        return str(row.values["claim"]) if row else None
