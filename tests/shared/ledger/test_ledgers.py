"""The behavior of every ledger, whatever store it uses."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.ledger.rows import Ledger, Row, RowChangedError, RowExistsError, Value

Run = Callable[[Callable[[Ledger], Awaitable[Any]]], Any]

VALUES: dict[str, Value] = {"status": "sent", "count": 1}
ROW = Row("claim", "0a-1", VALUES)
RACERS = 50
unused = itertools.count()

texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=200)
numbers = st.integers(-(2**63), 2**63 - 1)
names = st.from_regex("[a-z][a-z0-9_]{0,20}", fullmatch=True)


def test_a_row_reads_back_as_inserted(run: Run) -> None:
    async def work(ledger: Ledger) -> tuple[Row, Row | None]:
        return await ledger.insert(ROW), await ledger.read(ROW.kind, ROW.name)

    inserted, found = run(work)

    assert inserted == found
    assert found._replace(version="") == ROW


def test_an_unknown_row_is_none(run: Run) -> None:
    async def work(ledger: Ledger) -> list[Row | None]:
        before = await ledger.read("claim", "0a-1")
        await ledger.insert(ROW)
        others = [("claim", "0a-2"), ("state", "0a-1"), ("claim", "0a'/../#?")]
        return [before, *[await ledger.read(kind, name) for kind, name in others]]

    assert run(work) == [None] * 4


def test_a_row_is_inserted_once(run: Run) -> None:
    async def work(ledger: Ledger) -> Row | None:
        await ledger.insert(ROW)
        with pytest.raises(RowExistsError):
            await ledger.insert(ROW._replace(values={"status": "new"}))
        return await ledger.read(ROW.kind, ROW.name)

    assert run(work).values == VALUES


def test_a_replaced_row_has_only_its_new_values(run: Run) -> None:
    async def work(ledger: Ledger) -> tuple[Row, Row, Row | None]:
        old = await ledger.insert(ROW)
        new = await ledger.replace(old._replace(values={"other": "x"}))
        return old, new, await ledger.read(ROW.kind, ROW.name)

    old, new, found = run(work)

    assert found == new
    assert found.values == {"other": "x"}
    assert found.version != old.version


def test_a_stale_row_is_neither_replaced_nor_deleted(run: Run) -> None:
    async def work(ledger: Ledger) -> tuple[Row, Row | None]:
        old = await ledger.insert(ROW)
        new = await ledger.replace(old)
        with pytest.raises(RowChangedError):
            await ledger.replace(old)
        with pytest.raises(RowChangedError):
            await ledger.delete(old)
        return new, await ledger.read(ROW.kind, ROW.name)

    new, found = run(work)

    assert found == new


def test_a_deleted_row_is_gone_and_can_be_inserted_again(run: Run) -> None:
    async def work(ledger: Ledger) -> Row | None:
        old = await ledger.insert(ROW)
        await ledger.delete(old)
        assert await ledger.read(ROW.kind, ROW.name) is None
        with pytest.raises(RowChangedError):
            await ledger.replace(old)
        await ledger.delete(old)
        await ledger.insert(ROW)
        with pytest.raises(RowChangedError):
            await ledger.delete(old)
        return await ledger.read(ROW.kind, ROW.name)

    assert run(work).values == VALUES


def test_a_row_that_was_never_stored_is_neither_replaced_nor_deleted(run: Run) -> None:
    async def work(ledger: Ledger) -> None:
        await ledger.insert(ROW)
        for change in (ledger.replace, ledger.delete):
            with pytest.raises(RowChangedError):
                await change(ROW)

    run(work)


async def winners(race: Callable[[int], Awaitable[object]]) -> list[int]:
    """Return the racers that were not refused."""

    async def runs(racer: int) -> bool:
        try:
            await race(racer)
        except (RowExistsError, RowChangedError):
            return False
        return True

    won = await asyncio.gather(*map(runs, range(RACERS)))
    return [racer for racer, has_won in enumerate(won) if has_won]


def test_one_of_many_concurrent_inserts_wins(run: Run) -> None:
    async def work(ledger: Ledger) -> tuple[list[int], Row | None]:
        won = await winners(lambda racer: ledger.insert(ROW._replace(values={"racer": racer})))
        return won, await ledger.read(ROW.kind, ROW.name)

    won, found = run(work)

    assert [found.values["racer"]] == won


def test_one_of_many_concurrent_replacements_wins(run: Run) -> None:
    async def work(ledger: Ledger) -> tuple[list[int], Row | None]:
        old = await ledger.insert(ROW)
        won = await winners(lambda racer: ledger.replace(old._replace(values={"racer": racer})))
        return won, await ledger.read(ROW.kind, ROW.name)

    won, found = run(work)

    assert [found.values["racer"]] == won


def test_a_row_is_either_replaced_or_deleted(run: Run) -> None:
    async def work(ledger: Ledger) -> tuple[list[int], Row | None]:
        old = await ledger.insert(ROW)
        won = await winners(lambda n: (ledger.replace if n % 2 else ledger.delete)(old))
        return won, await ledger.read(ROW.kind, ROW.name)

    won, found = run(work)

    replaced = [racer for racer in won if racer % 2]
    assert len(replaced) == (found is not None)
    assert won == (replaced or won) != []


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.dictionaries(names, texts | numbers, max_size=8), min_size=1, max_size=8))
def test_texts_and_numbers_read_back_unchanged(run: Run, rows: list[dict[str, Value]]) -> None:
    async def work(ledger: Ledger) -> list[Row | None]:
        stored = [Row("kind", str(next(unused)), values) for values in rows]
        for row in stored:
            await ledger.insert(row)
        return [await ledger.read(row.kind, row.name) for row in stored]

    assert [row and row.values for row in run(work)] == rows


@pytest.mark.parametrize(
    "text", ["", "😀" * 16_000, "ü" * 32_000, "2026-01-01T00:00:00Z", "Edm.String", " a\r\n\tb "]
)
def test_unusual_texts_read_back_unchanged(run: Run, text: str) -> None:
    async def work(ledger: Ledger) -> Row | None:
        await ledger.insert(Row("kind", "0", {"text": text}))
        return await ledger.read("kind", "0")

    assert run(work).values == {"text": text}


@pytest.mark.parametrize(
    "row",
    [
        Row("kind", "0", {"text": "a\0b"}),
        Row("kind", "0", {"text": "\ud800"}),
        Row("kind", "0", {"text": "😀" * 16_001}),
        Row("kind", "0", {"number": 2**63}),
        Row("kind", "0", {"PartitionKey": "1"}),
        Row("kind", "a/b", {}),
        Row("", "0", {}),
    ],
)
def test_every_store_refuses_what_one_store_cannot_keep(run: Run, row: Row) -> None:
    async def work(ledger: Ledger) -> None:
        with pytest.raises(ValueError, match=r"invalid characters|snake_case|^a row's kind"):
            await ledger.insert(row)

    run(work)
