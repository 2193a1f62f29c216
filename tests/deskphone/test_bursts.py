"""What happens to a call twice in one instant."""

import asyncio
from datetime import UTC, datetime

import pytest

from deskphone.clock import ManualClock
from deskphone.emulator import State
from deskphone.records.instructions import Instructions
from deskphone.rest.parameters import Parameters
from deskphone.values import HANDSETS, LINE

ACTION = "http://127.0.0.1:9/action"
WAITING = f'<Response><Enqueue action="{ACTION}" waitUrl="">support</Enqueue></Response>'
ELSEWHERE = Instructions(twiml='<Response><Enqueue waitUrl="">other</Enqueue></Response>')


async def waiting(state: State) -> str:
    """Ring somebody who picks up and waits in a queue; return the SID."""
    form = {"To": HANDSETS[0], "From": LINE, "Twiml": WAITING}
    sid = state.api.resource("Calls").create(Parameters(form.items()))["sid"]
    await passes(state, 1)
    state.exchange.answer(str(sid))
    await passes(state, 1)
    return str(sid)


async def passes(state: State, seconds: float) -> None:
    assert isinstance(state.clock, ManualClock)
    await state.clock.advance(seconds)


def told(state: State) -> list[str]:
    """Return what the action of the queue was told."""
    return [
        dict(delivery.form)["QueueResult"]
        for delivery in state.store.deliveries
        if delivery.url == ACTION and delivery.attempt == 1
    ]


def waits(state: State) -> dict[str, int]:
    """Return how many calls wait in each queue."""
    return {queue.friendly_name: len(queue.members) for queue in state.store.queues}


def test_a_call_sent_elsewhere_that_ends_at_once_leaves_its_queue() -> None:
    async def run() -> None:
        state = State(ManualClock(datetime.now(UTC)), "http://127.0.0.1:9", "api", "")
        sid = await waiting(state)
        state.exchange.redirect(sid, ELSEWHERE)
        state.exchange.hang_up(sid)
        await passes(state, 1)

        assert waits(state) == {"support": 0}
        assert told(state) == ["redirected"]
        await state.close()

    asyncio.run(run())


@pytest.mark.parametrize("turns", range(6))
def test_a_call_whose_time_is_over_when_its_partner_hangs_up_does_nothing_more(turns: int) -> None:
    async def run() -> None:
        state = State(ManualClock(datetime.now(UTC)), "http://127.0.0.1:9", "api", "")
        sid = await waiting(state)
        dial = f"<Response><Dial>{HANDSETS[1]}</Dial><Say>More</Say></Response>"
        state.exchange.redirect(sid, Instructions(twiml=dial))
        await passes(state, 1)
        (leg,) = state.store.children(sid)
        state.exchange.answer(leg.sid)
        await passes(state, 2)
        state.exchange.hang_up(leg.sid)
        for _ in range(turns):
            await asyncio.sleep(0)
        state.exchange.limit(sid, 1)
        await passes(state, 0)

        call = state.store.calls.get(sid)
        assert call is not None
        names = [entry.name for entry in call.timeline]
        assert "Say" not in names[names.index("completed") :]
        await state.close()

    asyncio.run(run())


def test_a_call_sent_elsewhere_twice_at_once_is_in_one_place() -> None:
    async def run() -> None:
        state = State(ManualClock(datetime.now(UTC)), "http://127.0.0.1:9", "api", "")
        sid = await waiting(state)
        state.exchange.redirect(sid, ELSEWHERE)
        state.exchange.redirect(sid, ELSEWHERE)
        await passes(state, 1)

        assert waits(state) == {"support": 0, "other": 1}
        assert told(state) == ["redirected"]
        state.exchange.hang_up(sid)
        await passes(state, 1)
        assert waits(state) == {"support": 0, "other": 0}
        await state.close()

    asyncio.run(run())
