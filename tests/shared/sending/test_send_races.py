"""Sends under one claim while everything fails: rules choose who continues and what fails."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any, ClassVar, cast

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from shared.config.settings import Settings
from shared.errors import (
    AppError,
    LedgerError,
    TwilioOutcomeUnknownError,
    TwilioRefusedError,
    TwilioUnreachableError,
)
from shared.http.idempotency import Key
from shared.ledger.memory import MemoryLedger
from shared.ledger.rows import Row, RowExistsError
from shared.sending.claim import IdempotencyClaim
from shared.sending.claims import Claims
from shared.sending.lookups import Listed, Lookups
from shared.sending.outbox import Records
from shared.sending.sent import Sent
from shared.sending.sid_owners import STATE, SidOwners
from shared.twilio_api.dispatch import note_leave
from tests.shared.conftest import ManualClock
from tests.shared.sending.trials import TrialRequest, answer_of, send

CONFIG = Settings()
TO, BODY = "+12025550123", "The door is open"
# An abandoned request may reach Twilio this much later: within the window on either clock.
LATE_S = 14

OUTCOMES = {
    "storage": ("done", "repeated", "failed", "lost"),
    "connect": ("done", "failed"),
    "create": ("accepted", "slow", "lost", "broken", "refused"),
    "answer": ("done", "lost"),
    "list": ("done", "failed"),
}
GOOD = {
    "storage": "done",
    "connect": "done",
    "create": "accepted",
    "answer": "done",
    "list": "done",
}


class ManualLoop(asyncio.SelectorEventLoop):
    """A worker's event loop, on the manual clock's time.

    The worker is frozen while its loop doesn't run.
    """

    def __init__(self, clock: ManualClock) -> None:
        self._manual = clock
        super().__init__()

    def time(self) -> float:
        return self._manual.monotonic()


@dataclass
class OtherClock:
    """The clock of another machine, some seconds ahead."""

    clock: ManualClock
    ahead_s: float

    def monotonic(self) -> float:
        return self.clock.monotonic()

    def now(self) -> datetime:
        return self.clock.now() + timedelta(seconds=self.ahead_s)

    async def sleep(self, seconds: float) -> None:
        await self.clock.sleep(seconds)


@dataclass
class Sender:
    """A request that waits for its outcome, paused wherever the outcome can differ."""

    key: str
    loop: ManualLoop
    ahead_s: float = 0
    task: asyncio.Task[Sent] | None = None
    place: str = ""
    gate: asyncio.Future[str] | None = None
    reference: str = ""
    is_frozen: bool = False
    is_dead: bool = False

    def run(self) -> None:
        """Continue to the next place where the outcome can differ."""
        self.loop.run_until_complete(_settled())

    async def outcome(self, place: str) -> str:
        if self.is_dead:
            raise SystemError("a dead worker does nothing")
        self.place, self.gate = place, asyncio.get_running_loop().create_future()
        try:
            return await self.gate
        finally:
            self.gate = None


class HeldLedger:
    """A sender's connection to the shared ledger."""

    def __init__(self, ledger: MemoryLedger, sender: Sender) -> None:
        self._ledger = ledger
        self._sender = sender

    async def insert(self, row: Row) -> Row:
        return await self._held(lambda: self._ledger.insert(row))

    async def read(self, kind: str, name: str) -> Row | None:
        return await self._held(lambda: self._ledger.read(kind, name))

    async def replace(self, row: Row) -> Row:
        return await self._held(lambda: self._ledger.replace(row))

    async def delete(self, row: Row) -> None:
        return await self._held(lambda: self._ledger.delete(row))

    async def close(self) -> None:
        pass

    def abandon(self) -> None:
        pass

    async def _held[Result](self, work: Callable[[], Awaitable[Result]]) -> Result:
        outcome = await self._sender.outcome("storage")
        if outcome == "failed":
            raise LedgerError("down")
        result = await work()
        if outcome == "lost":
            raise LedgerError("down")
        return await work() if outcome == "repeated" else result


@dataclass
class Text:
    """A text that Twilio sent."""

    sid: str
    reference: str
    date_created: datetime
    body: str = BODY
    status: str = "sent"
    from_: str = "+12025550100"
    direction: str = "outbound-api"
    messaging_service_sid: None = None


@dataclass
class World:
    """Twilio, the ledger and the time."""

    clock: ManualClock = field(default_factory=ManualClock)
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    texts: list[Text] = field(default_factory=list[Text])
    on_the_way: list[tuple[str, float]] = field(default_factory=list[tuple[str, float]])

    def carry_out(self, reference: str) -> object:
        sid = f"SM{len(self.texts):032}"
        now = self.clock.now().replace(microsecond=0)
        self.texts.append(Text(sid, reference, now))
        return answer_of(sid, "queued")

    async def send(self, sender: Sender) -> Sent:
        ledger, clock = HeldLedger(self.ledger, sender), OtherClock(self.clock, sender.ahead_s)
        records = Records(
            Claims(ledger, clock, CONFIG),
            Lookups(cast("Any", self._account(sender)), SidOwners(ledger), clock),
        )
        request = TrialRequest(lambda reference: self._create(sender, reference), _find)
        key = Key(sender.key, "SendSms", "same")
        return await send(request, key, lambda: records, clock, CONFIG)

    async def report(self, text: Text) -> None:
        claims = Claims(self.ledger, self.clock, CONFIG)
        await claims.settle(text.reference, text.sid, "delivered")
        with contextlib.suppress(RowExistsError):
            await self.ledger.insert(Row(STATE, text.sid, {"claim": text.reference}))

    def abandon(self, sender: Sender) -> None:
        """Abandon a request that is on its way; Twilio may still process it for a while."""
        if sender.reference:
            self.on_the_way.append((sender.reference, self.clock.monotonic() + LATE_S))
        sender.reference = ""

    async def _create(self, sender: Sender, reference: str) -> object:
        if await sender.outcome("connect") == "failed":
            raise TwilioUnreachableError("no connection")
        note_leave()
        sender.reference = reference
        try:
            outcome = await sender.outcome("create")
        except asyncio.CancelledError:
            self.abandon(sender)
            raise
        sender.reference = ""
        if outcome == "abandoned":
            raise TwilioOutcomeUnknownError("no answer")
        if outcome == "refused":
            raise TwilioRefusedError("busy", code=20429, twilio_status=429)
        if outcome == "broken":
            raise TwilioRefusedError("oops", code=20500, twilio_status=500)
        accepted = self.carry_out(reference)
        if outcome == "slow":
            outcome = await sender.outcome("answer")
        if outcome == "lost":
            raise TwilioOutcomeUnknownError("no answer")
        return accepted

    def _account(self, sender: Sender) -> SimpleNamespace:
        async def run(_: object) -> list[Text]:
            if await sender.outcome("list") == "failed":
                raise TwilioUnreachableError("no connection")
            return list(self.texts)

        return SimpleNamespace(run=run)


async def _find(lookups: Lookups, claim: IdempotencyClaim) -> Listed | None:
    return await lookups.message(claim, to=TO, body=BODY)


class SendRaces(RuleBasedStateMachine):
    """Callers with keys for the same text to the same number."""

    keys: ClassVar[tuple[str, ...]] = ("one", "two")

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.senders: list[Sender] = []
        self.answers: dict[str, set[str]] = {}

    @rule(number=st.integers(0, 1), ahead_s=st.sampled_from([0, 2.5, 5]))
    def ask(self, number: int, ahead_s: float) -> None:
        key = self.keys[number % len(self.keys)]
        self.answers.setdefault(key, set())
        if len(self.senders) < 4:
            self.senders.append(self.sender(key, ahead_s))
        self.turn()

    @precondition(lambda self: self.senders)
    @rule(who=st.integers(0, 3), how=st.integers(0, 9), times=st.integers(1, 6))
    def go_on(self, who: int, how: int, times: int) -> None:
        """Let a sender continue for some steps; all but the last succeed."""
        sender = self.senders[who % len(self.senders)]
        for rest in range(times, 0, -1):
            if sender.gate is None or sender.gate.done():
                return
            outcomes = OUTCOMES[sender.place]
            sender.gate.set_result(
                GOOD[sender.place] if rest > 1 or how >= len(outcomes) else outcomes[how]
            )
            self.turn()

    @precondition(lambda self: self.senders)
    @rule(who=st.integers(0, 3), how=st.integers(0, 9), is_overtaken=st.booleans())
    def freeze(self, who: int, how: int, is_overtaken: bool) -> None:
        """Freeze a worker, perhaps until another one settles its key.

        When it resumes, it handles what has arrived before it notices its deadline. Its pending
        requests to Twilio arrive soon or never.
        """
        sender = self.senders[who % len(self.senders)]
        if sender.gate is not None and not sender.gate.done():
            outcomes = OUTCOMES[sender.place]
            is_out = sender.place == "create"
            sender.gate.set_result("abandoned" if is_out else outcomes[how % len(outcomes)])
        self.world.abandon(sender)
        sender.is_frozen = True
        if is_overtaken:
            self.pass_time(61)
            sid = self.repeated(sender.key)
            self.answers[sender.key] |= {sid} if sid else set()
            self.thaw()

    @precondition(lambda self: any(sender.is_frozen for sender in self.senders))
    @rule()
    def thaw(self) -> None:
        for sender in self.senders:
            sender.is_frozen = False
        self.turn()

    @precondition(lambda self: self.senders)
    @rule(who=st.integers(0, 3))
    def kill(self, who: int) -> None:
        """Kill a worker without notice."""
        sender = self.senders.pop(who % len(self.senders))
        sender.is_dead = True
        if sender.task is not None:
            sender.task.cancel()
            with pytest.raises((asyncio.CancelledError, SystemError)):
                sender.loop.run_until_complete(sender.task)
        sender.loop.close()

    @precondition(lambda self: self.senders)
    @rule(who=st.integers(0, 3))
    def cancel(self, who: int) -> None:
        """Cancel a request, but not its worker."""
        sender = self.senders[who % len(self.senders)]
        if sender.task is not None:
            sender.task.cancel()
        self.turn()

    @precondition(lambda self: self.world.on_the_way)
    @rule()
    def arrive_late(self) -> None:
        reference, until = self.world.on_the_way.pop()
        if self.world.clock.monotonic() <= until:
            self.world.carry_out(reference)

    @precondition(lambda self: self.world.texts)
    @rule(which=st.integers(0, 5))
    def report(self, which: int) -> None:
        texts = self.world.texts
        asyncio.run(self.world.report(texts[which % len(texts)]))

    @rule(seconds=st.sampled_from([1, 6, 20, 41, 61]))
    def pass_time(self, seconds: int) -> None:
        for _ in range(seconds):
            self.world.clock.advance(1)
            self.turn()

    @invariant()
    def there_are_no_more_texts_than_keys(self) -> None:
        assert len(self.world.texts) <= len(self.answers)

    def sender(self, key: str, ahead_s: float = 0) -> Sender:
        sender = Sender(key, ManualLoop(self.world.clock), ahead_s)
        sender.task = sender.loop.create_task(self.world.send(sender))
        return sender

    def turn(self) -> None:
        """Let every sender continue to its next pause; collect the answers of finished ones."""
        for sender in [sender for sender in self.senders if not sender.is_frozen]:
            sender.run()
            if sender.task and sender.task.done():
                self.senders.remove(sender)
                self.take_answer(sender)
                sender.loop.close()

    def take_answer(self, sender: Sender) -> None:
        assert sender.task is not None
        if sender.task.cancelled():
            return
        error = sender.task.exception()
        if error is None:
            self.answers[sender.key].add(sender.task.result().sid)
        elif not isinstance(error, AppError):
            raise error

    def teardown(self) -> None:
        """After recovery, a repeated request gets the key's one text."""
        while self.senders:
            self.kill(0)
        self.pass_time(61)
        self.world.on_the_way.clear()
        self.check_in_the_end()

    def check_in_the_end(self) -> None:
        sids = [self.repeated(key) for key in self.answers]
        if None in sids:  # lists are not enough, but reports are
            for text in self.world.texts:
                asyncio.run(self.world.report(text))
            sids = [self.repeated(key) for key in self.answers]
        assert sorted(map(str, sids)) == sorted(text.sid for text in self.world.texts)

    def repeated(self, key: str) -> str | None:
        """Repeat a request for some minutes; return the SID in the answer."""
        for _ in range(4):
            sender = self.sender(key)
            while sender.task and not sender.task.done():
                if sender.gate is not None:
                    sender.gate.set_result(GOOD[sender.place])
                sender.run()
            sender.loop.close()
            if sender.task and sender.task.exception() is None:
                return sender.task.result().sid
            self.pass_time(61)
        return None


class OneKey(SendRaces):
    """All callers have the same key."""

    keys = ("one",)

    @invariant()
    def all_get_the_same_text(self) -> None:
        assert len(self.answers.get("one", set())) <= 1

    def check_in_the_end(self) -> None:
        sids = {sid for key in self.answers if (sid := self.repeated(key))}
        answered = self.answers.get("one", set[str]())
        assert sids == {text.sid for text in self.world.texts} >= answered


async def _settled() -> None:
    for _ in range(8):
        await asyncio.sleep(0)


def test_a_worker_that_resumes_after_its_deadline_sends_nothing() -> None:
    races = OneKey()
    races.ask(number=0, ahead_s=0)
    races.go_on(who=0, how=0, times=1)
    assert races.senders[0].place == "connect"

    races.freeze(who=0, how=0, is_overtaken=True)

    assert (len(races.world.texts), races.world.on_the_way) == (1, [])
    races.teardown()


def race(machine: type[SendRaces], examples: int) -> None:
    steps = settings(max_examples=examples, stateful_step_count=40)
    run_state_machine_as_test(machine, settings=steps)


@pytest.mark.parametrize("machine", [SendRaces, OneKey])
def test_every_key_sends_one_text_whatever_fails(machine: type[SendRaces]) -> None:
    race(machine, 30)


@pytest.mark.soak
@pytest.mark.parametrize("machine", [SendRaces, OneKey])
def test_every_key_sends_one_text_whatever_fails_in_long_runs(machine: type[SendRaces]) -> None:
    race(machine, 1_500)
