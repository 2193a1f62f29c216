"""Opt-outs: remembered in the ledger for each sender, and for a while in the worker."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

import pytest

from shared.errors import ConfigurationError, LedgerError
from shared.guards import opt_out_lists, opt_outs
from shared.guards.opt_out_lists import KIND, SHARDS, Entry
from shared.guards.opt_outs import KEPT_S, MAX_KEPT, OptOuts
from shared.ledger.memory import MemoryLedger
from shared.ledger.rows import MAX_TEXT_UNITS, Ledger, Row
from shared.worker_clients import Clients

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.shared.conftest import ManualClock

ANNA, BEN = "+12025550123", "+12025550124"
LINE, OTHER_LINE = "+12025550100", "+12025550111"
SERVICE = "MG" + "a" * 32


class CountingLedger(MemoryLedger):
    """A ledger that counts its readers; they wait for `gate`, and get `error` if there is one."""

    def __init__(self) -> None:
        super().__init__()
        self.reads = 0
        self.error: Exception | None = None
        self.gate: asyncio.Event | None = None
        self.rows: dict[str, Row] = {}

    async def read(self, kind: str, name: str) -> Row | None:
        self.reads += 1
        row = await super().read(kind, name)
        if self.gate is not None:
            await self.gate.wait()
        if self.error is not None:
            raise self.error
        return row

    async def replace(self, row: Row) -> Row:
        self.rows[row.name] = row
        return await super().replace(row)

    async def insert(self, row: Row) -> Row:
        self.rows[row.name] = row
        return await super().insert(row)


@pytest.fixture
def ledger() -> CountingLedger:
    return CountingLedger()


@pytest.fixture
def new_worker(ledger: CountingLedger, clock: ManualClock) -> Callable[[], OptOuts]:
    """Makes what one worker has, over the same ledger."""
    return lambda: OptOuts(lambda: ledger, clock, max_wait_s=0.05, max_write_s=0.05)


@pytest.fixture
def worker(new_worker: Callable[[], OptOuts]) -> OptOuts:
    return new_worker()


def has_opted_out(worker: OptOuts, person: str, *senders: str) -> bool:
    return asyncio.run(worker.has_opted_out(person, senders or (LINE,)))


def remember(worker: OptOuts, person: str, *senders: str) -> None:
    asyncio.run(worker.remember(person, senders or (LINE,)))


def forget(worker: OptOuts, person: str, *senders: str) -> None:
    asyncio.run(worker.forget(person, senders or (LINE,)))


def test_another_worker_learns_of_an_opt_out(new_worker: Callable[[], OptOuts]) -> None:
    remember(new_worker(), ANNA)

    worker = new_worker()
    assert has_opted_out(worker, ANNA)
    assert not has_opted_out(worker, BEN)


def test_an_opt_out_is_from_one_sender(worker: OptOuts) -> None:
    remember(worker, ANNA, LINE)

    assert not has_opted_out(worker, ANNA, OTHER_LINE)
    assert not has_opted_out(worker, ANNA, SERVICE)


def test_one_of_several_senders_is_enough(worker: OptOuts) -> None:
    remember(worker, ANNA, SERVICE)

    assert has_opted_out(worker, ANNA, LINE, SERVICE)


def test_the_end_of_an_opt_out_is_for_its_person_alone(new_worker: Callable[[], OptOuts]) -> None:
    one, other = new_worker(), new_worker()
    people = [f"+1202555{n:04}" for n in range(200)]
    for person in people:
        remember(one, person)
    forget(other, people[7])

    assert [person for person in people if not has_opted_out(other, person)] == [people[7]]


def test_no_number_stands_in_the_ledger(worker: OptOuts, ledger: CountingLedger) -> None:
    remember(worker, ANNA, LINE)

    assert ledger.rows
    assert not [row for row in ledger.rows.values() if "5550" in repr(row)]


def test_the_hash_of_a_person_differs_from_sender_to_sender() -> None:
    assert Entry.of(ANNA, LINE).person != Entry.of(ANNA, OTHER_LINE).person


def test_an_opt_out_stays_where_earlier_versions_have_put_it() -> None:
    assert Entry.of(ANNA, LINE) == Entry("abdcbaff22de59550b9dc0b90f937ad5", "57c771f8f142ba48")


def test_what_is_known_already_can_be_told_again(worker: OptOuts, ledger: CountingLedger) -> None:
    forget(worker, ANNA)
    assert not has_opted_out(worker, ANNA)
    assert not ledger.rows
    for _ in range(2):
        remember(worker, ANNA)

    assert has_opted_out(worker, ANNA)
    [row] = ledger.rows.values()
    assert row.values["people"] == Entry.of(ANNA, LINE).person


def test_many_sends_cost_a_read_for_each_shard(worker: OptOuts, ledger: CountingLedger) -> None:
    async def ask() -> None:
        people = [f"+1202555{n:04}" for n in range(3000)]
        await asyncio.gather(*(worker.has_opted_out(person, (LINE,)) for person in people))

    asyncio.run(ask())

    assert ledger.reads == SHARDS


def test_what_was_read_is_good_for_half_a_minute(
    new_worker: Callable[[], OptOuts], clock: ManualClock
) -> None:
    one, other = new_worker(), new_worker()
    assert not has_opted_out(one, ANNA)
    remember(other, ANNA)

    clock.advance(KEPT_S - 1)
    assert not has_opted_out(one, ANNA)
    clock.advance(1)
    assert has_opted_out(one, ANNA)


def test_a_workers_own_writes_are_seen_at_once(worker: OptOuts, ledger: CountingLedger) -> None:
    assert not has_opted_out(worker, ANNA)
    remember(worker, ANNA)
    assert has_opted_out(worker, ANNA)
    forget(worker, ANNA)
    reads = ledger.reads

    assert not has_opted_out(worker, ANNA)
    assert ledger.reads == reads


def test_a_read_that_is_older_than_a_write_does_not_hide_it(
    ledger: CountingLedger, clock: ManualClock
) -> None:
    worker = OptOuts(lambda: ledger, clock)

    async def scenario() -> tuple[bool, bool]:
        gate = ledger.gate = asyncio.Event()
        reading = asyncio.create_task(worker.has_opted_out(ANNA, (LINE,)))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        ledger.gate = None
        await worker.remember(ANNA, (LINE,))
        gate.set()
        return await reading, await worker.has_opted_out(ANNA, (LINE,))

    assert asyncio.run(scenario()) == (True, True)


def test_two_workers_that_write_one_list_lose_nobody(new_worker: Callable[[], OptOuts]) -> None:
    shard = Entry.of(ANNA, LINE).shard
    people = [
        p for p in (f"+1202555{n:04}" for n in range(900)) if Entry.of(p, LINE).shard == shard
    ]
    one, other = new_worker(), new_worker()

    async def write() -> None:
        await asyncio.gather(
            *(w.remember(p, (LINE,)) for w, p in zip([one, other] * 4, people[:8], strict=True))
        )

    asyncio.run(write())

    assert len(people) >= 8
    assert all(has_opted_out(new_worker(), person) for person in people[:8])


def test_a_full_list_is_an_error_that_names_nobody(
    worker: OptOuts, ledger: CountingLedger, caplog: pytest.LogCaptureFixture
) -> None:
    full = " ".join(f"{n:016x}" for n in range(MAX_TEXT_UNITS // 17))
    asyncio.run(ledger.insert(Row(KIND, Entry.of(ANNA, LINE).shard, {"people": full})))
    remember(worker, ANNA)

    [record] = caplog.records
    assert (record.levelno, "of a number" in record.getMessage()) == (logging.ERROR, True)
    assert "5550" not in caplog.text
    assert not has_opted_out(worker, ANNA)


@pytest.mark.parametrize(
    "error",
    [LedgerError("no storage"), ConfigurationError("missing settings: AzureWebJobsStorage")],
)
def test_while_the_ledger_fails_nobody_counts_as_opted_out_and_it_is_left_alone(
    worker: OptOuts,
    new_worker: Callable[[], OptOuts],
    ledger: CountingLedger,
    clock: ManualClock,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
) -> None:
    remember(new_worker(), ANNA)
    ledger.error, ledger.reads = error, 0
    for person in (ANNA, BEN, ANNA):
        assert not has_opted_out(worker, person)

    assert (ledger.reads, len(caplog.records)) == (1, 1)
    ledger.error = None
    clock.advance(KEPT_S)
    assert has_opted_out(worker, ANNA)


def test_an_app_without_a_ledger_hears_of_it_and_goes_on(
    clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    def no_ledger() -> Ledger:
        raise ConfigurationError("missing settings: AzureWebJobsStorage")

    worker = OptOuts(no_ledger, clock)
    remember(worker, ANNA)

    assert not has_opted_out(worker, ANNA)
    assert [r.levelname for r in caplog.records] == ["WARNING", "WARNING"]


def test_nobody_waits_long_for_a_slow_ledger(worker: OptOuts, ledger: CountingLedger) -> None:
    async def scenario() -> list[bool]:
        ledger.gate = asyncio.Event()
        asked = [worker.has_opted_out(person, (LINE,)) for person in (ANNA, BEN)]
        answers = await asyncio.gather(*asked)
        return [*answers, await worker.has_opted_out(ANNA, (OTHER_LINE,))]

    assert asyncio.run(scenario()) == [False, False, False]
    assert ledger.reads == 2


@pytest.mark.parametrize("is_slow", [True, False])
def test_what_cannot_be_stored_is_a_warning_and_no_error(
    worker: OptOuts, ledger: CountingLedger, caplog: pytest.LogCaptureFixture, *, is_slow: bool
) -> None:
    async def scenario() -> None:
        if is_slow:
            ledger.gate = asyncio.Event()
        else:
            ledger.error = LedgerError("no storage")
        await worker.remember(ANNA, (LINE,))
        await worker.forget(ANNA, (LINE,))

    asyncio.run(scenario())

    assert [record.levelname for record in caplog.records] == ["WARNING", "WARNING"]
    assert "5550" not in caplog.text


def test_a_list_that_others_keep_changing_is_given_up(
    worker: OptOuts, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(opt_out_lists, "ROUNDS", 0)
    remember(worker, ANNA)

    assert "changed by too many" in caplog.text


def test_what_is_kept_has_an_end(
    worker: OptOuts, ledger: CountingLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opt_outs, "MAX_KEPT", 2)
    for sender in ("One", "Two", "Three", "Three", "One"):
        has_opted_out(worker, ANNA, sender)

    assert MAX_KEPT >= SHARDS
    assert ledger.reads == 4


@pytest.mark.parametrize(
    ("settings", "reads"), [({}, 1), ({"LOCAL_STACK_URL": "http://127.0.0.1:7072"}, 2)]
)
def test_only_a_desk_reads_each_time(
    ledger: CountingLedger, clock: ManualClock, settings: dict[str, str], reads: int
) -> None:
    worker = Clients(settings, clock, ledger).opt_outs()

    assert not has_opted_out(worker, ANNA)
    assert not has_opted_out(worker, ANNA)

    assert ledger.reads == reads


def test_who_is_known_to_have_opted_out_stays_so_while_the_ledger_fails(
    worker: OptOuts, ledger: CountingLedger, clock: ManualClock
) -> None:
    remember(worker, ANNA)
    clock.advance(KEPT_S)
    ledger.error = LedgerError("no storage")

    assert [has_opted_out(worker, ANNA) for _ in range(2)] == [True, True]


def test_without_a_pause_a_ledger_that_works_again_is_asked_at_once(
    new_worker: Callable[[], OptOuts], ledger: CountingLedger, clock: ManualClock
) -> None:
    at_a_desk = OptOuts(lambda: ledger, clock, kept_s=0, pause_s=0)
    remember(new_worker(), ANNA)
    ledger.error = LedgerError("no storage")
    assert not has_opted_out(at_a_desk, ANNA)
    ledger.error = None

    assert has_opted_out(at_a_desk, ANNA)
