"""What the emulator keeps, and how much of it."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest

from deskphone.account import store as store_module
from deskphone.app import App
from deskphone.clock import ManualClock
from deskphone.emulator import Emulator
from deskphone.line.calls.exchange import WrongStateError
from deskphone.phone import handsets, views
from deskphone.rest.parameters import Parameters
from deskphone.values import HANDSETS, LINE

START = datetime(2026, 1, 1, tzinfo=UTC)


def in_emulator(use: Callable[[Emulator, ManualClock], Awaitable[None]]) -> None:
    """Run something with a fresh emulator on a manual clock."""

    async def main() -> None:
        clock = ManualClock(START)
        emulator = Emulator(clock, "http://127.0.0.1:2", App(voice_url="http://127.0.0.1:1/voice"))
        try:
            await use(emulator, clock)
        finally:
            await emulator.close()

    asyncio.run(main())


def text_to(emulator: Emulator, number: str) -> None:
    """Send a text from the app."""
    messages = emulator.api.resource("Messages")
    messages.create(Parameters([("To", number), ("From", LINE), ("Body", "Hi")]))


def ring(emulator: Emulator) -> str:
    """Call the line from a handset; return the SID."""
    number = emulator.store.number(LINE)
    assert number is not None
    return emulator.network.exchange.ring(HANDSETS[0], number).sid


def test_full_history_drops_the_oldest_texts_and_raises_one_alert(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(store_module, "HISTORY_LIMIT", 3)

    async def use(emulator: Emulator, clock: ManualClock) -> None:
        for _ in range(5):
            text_to(emulator, HANDSETS[0])

        snapshot = emulator.feed.snapshot()
        assert len(list(emulator.store.messages)) == 3
        assert snapshot["dropped"] == {"texts": 2, "calls": 0, "webhooks": 0, "alerts": 0}
        assert ["full" in alert.message for alert in emulator.store.alerts] == [True]

    in_emulator(use)


def test_live_call_is_not_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "HISTORY_LIMIT", 3)

    async def use(emulator: Emulator, clock: ManualClock) -> None:
        first = ring(emulator)
        for _ in range(5):
            emulator.network.exchange.hang_up(ring(emulator))

        sids = [call.sid for call in emulator.store.calls]
        assert (sids[0], len(sids)) == (first, 3)
        emulator.network.exchange.hang_up(first)

    in_emulator(use)


def test_new_people_get_handsets_up_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handsets, "LIMIT", 4)

    async def use(emulator: Emulator, clock: ManualClock) -> None:
        for digit in range(5):
            text_to(emulator, f"+1202555018{digit}")

        assert emulator.handsets.all() == [*HANDSETS, "+12025550183", "+12025550184"]

    in_emulator(use)


def test_timeline_keeps_its_last_entries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "TIMELINE_LIMIT", 3)

    async def use(emulator: Emulator, clock: ManualClock) -> None:
        sid = ring(emulator)
        for digit in "12345":
            emulator.store.note(sid, "event", "keys", digit)

        call = emulator.store.calls.get(sid)
        assert call is not None
        assert [entry.text for entry in call.timeline] == ["3", "4", "5"]

    in_emulator(use)


def test_timeline_and_webhook_times_are_truncated_alike() -> None:
    async def use(emulator: Emulator, clock: ManualClock) -> None:
        await clock.advance(0.0009)
        sid = ring(emulator)
        await clock.advance(0.0002)
        emulator.store.note(sid, "event", "marked")

        call = emulator.store.calls.get(sid)
        assert call is not None
        began, now = (datetime.fromisoformat(views.iso(at)) for at in (call.created, clock.now()))
        assert call.timeline[-1].at_s == (now - began).total_seconds() == 0.001

    in_emulator(use)


def test_call_without_record_cannot_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    async def use(emulator: Emulator, clock: ManualClock) -> None:
        sid = ring(emulator)
        emulator.store.calls.remove(sid)

        with pytest.raises(WrongStateError):
            emulator.network.exchange.hang_up(sid)

    in_emulator(use)


def test_page_that_does_not_read_is_dropped() -> None:
    async def use(emulator: Emulator, clock: ManualClock) -> None:
        with emulator.hub.subscribe() as queue:
            for _ in range(300):
                text_to(emulator, HANDSETS[0])

            assert (queue.qsize(), queue.get_nowait()) == (1, None)

    in_emulator(use)


def test_emulator_bug_ends_the_call_and_raises_an_alert(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def use(emulator: Emulator, clock: ManualClock) -> None:
        def broken(*args: object) -> None:
            raise ZeroDivisionError

        monkeypatch.setattr(emulator.webhooks, "request", broken)
        sid = ring(emulator)
        await clock.advance(1)

        call = emulator.store.calls.get(sid)
        assert call is not None
        assert call.status == "failed"
        assert [alert.kind for alert in emulator.store.alerts] == ["emulator"]

    in_emulator(use)
