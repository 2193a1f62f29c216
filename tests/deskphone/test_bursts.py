"""Two things that happen to a call in the same instant."""

import asyncio
from datetime import UTC, datetime

import pytest

from deskphone.clock import ManualClock
from deskphone.emulator import Emulator
from deskphone.records.instructions import Instructions
from deskphone.rest.parameters import Parameters
from deskphone.values import HANDSETS, LINE

ACTION = "http://127.0.0.1:9/action"
WAITING = f'<Response><Enqueue action="{ACTION}" waitUrl="">support</Enqueue></Response>'
OTHER_QUEUE = Instructions(twiml='<Response><Enqueue waitUrl="">other</Enqueue></Response>')


async def waiting(emulator: Emulator) -> str:
    """Place a call that is answered and waits in a queue; return its SID."""
    form = {"To": HANDSETS[0], "From": LINE, "Twiml": WAITING}
    sid = emulator.api.resource("Calls").create(Parameters(form.items()))["sid"]
    await advance(emulator, 1)
    emulator.network.exchange.answer(str(sid))
    await advance(emulator, 1)
    return str(sid)


async def advance(emulator: Emulator, seconds: float) -> None:
    assert isinstance(emulator.clock, ManualClock)
    await emulator.clock.advance(seconds)


def posted_results(emulator: Emulator) -> list[str]:
    """Return the results posted to the queue's action."""
    return [
        dict(delivery.form)["QueueResult"]
        for delivery in emulator.store.deliveries
        if delivery.url == ACTION and delivery.attempt == 1
    ]


def waiting_calls(emulator: Emulator) -> dict[str, int]:
    """Return how many calls are waiting in each queue."""
    return {queue.friendly_name: len(queue.members) for queue in emulator.store.queues}


def test_redirected_call_that_hangs_up_at_once_leaves_its_queue() -> None:
    async def run() -> None:
        emulator = Emulator(ManualClock(datetime.now(UTC)), "")
        sid = await waiting(emulator)
        emulator.network.exchange.redirect(sid, OTHER_QUEUE)
        emulator.network.exchange.hang_up(sid)
        await advance(emulator, 1)

        assert waiting_calls(emulator) == {"support": 0}
        assert posted_results(emulator) == ["redirected"]
        await emulator.close()

    asyncio.run(run())


@pytest.mark.parametrize("turns", range(6))
def test_time_limit_and_hangup_at_once_end_the_call_once(turns: int) -> None:
    async def run() -> None:
        emulator = Emulator(ManualClock(datetime.now(UTC)), "")
        sid = await waiting(emulator)
        dial = f"<Response><Dial>{HANDSETS[1]}</Dial><Say>More</Say></Response>"
        emulator.network.exchange.redirect(sid, Instructions(twiml=dial))
        await advance(emulator, 1)
        (leg,) = emulator.store.children(sid)
        emulator.network.exchange.answer(leg.sid)
        await advance(emulator, 2)
        emulator.network.exchange.hang_up(leg.sid)
        for _ in range(turns):
            await asyncio.sleep(0)
        emulator.network.exchange.limit(sid, 1)
        await advance(emulator, 0)

        call = emulator.store.calls.get(sid)
        assert call is not None
        names = [entry.name for entry in call.timeline]
        assert "Say" not in names[names.index("completed") :]
        await emulator.close()

    asyncio.run(run())


def test_two_redirects_at_once_leave_the_call_in_one_queue() -> None:
    async def run() -> None:
        emulator = Emulator(ManualClock(datetime.now(UTC)), "")
        sid = await waiting(emulator)
        emulator.network.exchange.redirect(sid, OTHER_QUEUE)
        emulator.network.exchange.redirect(sid, OTHER_QUEUE)
        await advance(emulator, 1)

        assert waiting_calls(emulator) == {"support": 0, "other": 1}
        assert posted_results(emulator) == ["redirected"]
        emulator.network.exchange.hang_up(sid)
        await advance(emulator, 1)
        assert waiting_calls(emulator) == {"support": 0, "other": 0}
        await emulator.close()

    asyncio.run(run())
