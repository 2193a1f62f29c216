"""What the emulator remembers, and how much of it."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest

from deskphone import emulator as state_module
from deskphone.account import store as store_module
from deskphone.clock import ManualClock
from deskphone.emulator import State
from deskphone.line.calls.exchange import WrongStateError
from deskphone.phone import views
from deskphone.rest.parameters import Parameters
from deskphone.values import HANDSETS, LINE

START = datetime(2026, 1, 1, tzinfo=UTC)


def in_state(use: Callable[[State, ManualClock], Awaitable[None]]) -> None:
    """Run something with a fresh state on a manual clock."""

    async def main() -> None:
        clock = ManualClock(START)
        state = State(clock, "http://127.0.0.1:1", "api", "http://127.0.0.1:2")
        try:
            await use(state, clock)
        finally:
            await state.close()

    asyncio.run(main())


def text_to(state: State, number: str) -> None:
    """Let the app text somebody."""
    messages = state.api.resource("Messages")
    messages.create(Parameters([("To", number), ("From", LINE), ("Body", "Hi")]))


def ring(state: State) -> str:
    """Let somebody call the line; return the SID."""
    number = state.store.number(LINE)
    assert number is not None
    return state.exchange.ring(HANDSETS[0], number).sid


def test_the_oldest_texts_make_room_and_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "HISTORY_LIMIT", 3)

    async def use(state: State, clock: ManualClock) -> None:
        for _ in range(5):
            text_to(state, HANDSETS[0])

        snapshot = state.snapshot()
        assert len(list(state.store.messages)) == 3
        assert snapshot["dropped"] == {"texts": 2, "calls": 0, "webhooks": 0, "alerts": 0}
        assert ["full" in alert.message for alert in state.store.alerts] == [True]

    in_state(use)


def test_a_call_that_is_not_over_makes_no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "HISTORY_LIMIT", 3)

    async def use(state: State, clock: ManualClock) -> None:
        first = ring(state)
        for _ in range(5):
            state.exchange.hang_up(ring(state))

        sids = [call.sid for call in state.store.calls]
        assert (sids[0], len(sids)) == (first, 3)
        state.exchange.hang_up(first)

    in_state(use)


def test_people_that_come_up_get_handsets_up_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state_module, "HANDSETS_LIMIT", 4)

    async def use(state: State, clock: ManualClock) -> None:
        for digit in range(5):
            text_to(state, f"+1202555018{digit}")

        assert state.handsets == [*HANDSETS, "+12025550183", "+12025550184"]

    in_state(use)


def test_a_timeline_keeps_its_last_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "TIMELINE_LIMIT", 3)

    async def use(state: State, clock: ManualClock) -> None:
        sid = ring(state)
        for digit in "12345":
            state.store.note(sid, "event", "keys", digit)

        call = state.store.calls.get(sid)
        assert call is not None
        assert [entry.text for entry in call.timeline] == ["3", "4", "5"]

    in_state(use)


def test_a_line_of_the_timeline_is_cut_to_milliseconds_like_a_webhook() -> None:
    async def use(state: State, clock: ManualClock) -> None:
        await clock.advance(0.0009)
        sid = ring(state)
        await clock.advance(0.0002)
        state.store.note(sid, "event", "marked")

        call = state.store.calls.get(sid)
        assert call is not None
        began, now = (datetime.fromisoformat(views.iso(at)) for at in (call.created, clock.now()))
        assert call.timeline[-1].at_s == (now - began).total_seconds() == 0.001

    in_state(use)


def test_a_call_whose_record_is_gone_cannot_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    async def use(state: State, clock: ManualClock) -> None:
        sid = ring(state)
        state.store.calls.remove(sid)

        with pytest.raises(WrongStateError):
            state.exchange.hang_up(sid)

    in_state(use)


def test_a_page_that_does_not_read_is_dropped() -> None:
    async def use(state: State, clock: ManualClock) -> None:
        with state.hub.subscribe() as queue:
            for _ in range(300):
                text_to(state, HANDSETS[0])

            assert (queue.qsize(), queue.get_nowait()) == (1, None)

    in_state(use)


def test_a_fault_of_the_emulator_ends_the_call_and_is_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def use(state: State, clock: ManualClock) -> None:
        def broken(*args: object) -> None:
            raise ZeroDivisionError

        monkeypatch.setattr(state.webhooks, "request", broken)
        sid = ring(state)
        await clock.advance(1)

        call = state.store.calls.get(sid)
        assert call is not None
        assert call.status == "failed"
        assert [alert.kind for alert in state.store.alerts] == ["emulator"]

    in_state(use)
