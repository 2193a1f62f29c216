"""Lists of opt-outs in every store of the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shared.guards.opt_out_lists import KIND, Entry, FullListError, read, write
from shared.ledger.rows import MAX_TEXT_UNITS, Ledger, Row

if TYPE_CHECKING:
    from tests.shared.ledger.conftest import Run

ANNA, BEN = (Entry("0" * 32, digit * 16) for digit in "ab")


def test_people_come_and_go(run: Run) -> None:
    async def work(ledger: Ledger) -> list[str]:
        for entry, is_out in ((ANNA, True), (BEN, True), (ANNA, True), (ANNA, False)):
            await write(ledger, entry, is_out=is_out)
        before = await read(ledger, ANNA.shard)
        return [before, await write(ledger, BEN, is_out=False), await read(ledger, ANNA.shard)]

    assert run(work) == [BEN.person, "", ""]


def test_a_list_takes_as_many_as_a_row_holds(run: Run) -> None:
    async def work(ledger: Ledger) -> str:
        people = " ".join(f"{n:016x}" for n in range(MAX_TEXT_UNITS // 17 - 1))
        await ledger.insert(Row(KIND, ANNA.shard, {"people": people}))
        await write(ledger, ANNA, is_out=True)
        with pytest.raises(FullListError):
            await write(ledger, BEN, is_out=True)
        return await read(ledger, ANNA.shard)

    assert ANNA.is_in(run(work))
