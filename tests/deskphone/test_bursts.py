"""What happens to a call twice in one instant."""

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
ELSEWHERE = Instructions(twiml='<Response><Enqueue waitUrl="">other</Enqueue></Response>')


async def waiting(emulator: Emulator) -> str:
    """Ring somebody who picks up and waits in a queue; return the SID."""
    form = {"To": HANDSETS[0], "From": LINE, "Twiml": WAITING}
    sid = emulator.api.resource("Calls").create(Parameters(form.items()))["sid"]
    await passes(emulator, 1)
    emulator.network.exchange.answer(str(sid))
    await passes(emulator, 1)
    return str(sid)


async def passes(emulator: Emulator, seconds: float) -> None:
    assert isinstance(emulator.clock, ManualClock)
    await emulator.clock.advance(seconds)


def told(emulator: Emulator) -> list[str]:
    """Return what the action of the queue was told."""
    return [
        dict(delivery.form)["QueueResult"]
        for delivery in emulator.store.deliveries
        if delivery.url == ACTION and delivery.attempt == 1
    ]


def waits(emulator: Emulator) -> dict[str, int]:
    """Return how many calls wait in each queue."""
    return {queue.friendly_name: len(queue.members) for queue in emulator.store.queues}


def test_a_call_sent_elsewhere_that_ends_at_once_leaves_its_queue() -> None:
    async def run() -> None:
        emulator = Emulator(ManualClock(datetime.now(UTC)), "")
        sid = await waiting(emulator)
        emulator.network.exchange.redirect(sid, ELSEWHERE)
        emulator.network.exchange.hang_up(sid)
        await passes(emulator, 1)

        assert waits(emulator) == {"support": 0}
        assert told(emulator) == ["redirected"]
        await emulator.close()

    asyncio.run(run())


@pytest.mark.parametrize("turns", range(6))
def test_a_call_whose_time_is_over_when_its_partner_hangs_up_does_nothing_more(turns: int) -> None:
    async def run() -> None:
        emulator = Emulator(ManualClock(datetime.now(UTC)), "")
        sid = await waiting(emulator)
        dial = f"<Response><Dial>{HANDSETS[1]}</Dial><Say>More</Say></Response>"
        emulator.network.exchange.redirect(sid, Instructions(twiml=dial))
        await passes(emulator, 1)
        (leg,) = emulator.store.children(sid)
        emulator.network.exchange.answer(leg.sid)
        await passes(emulator, 2)
        emulator.network.exchange.hang_up(leg.sid)
        for _ in range(turns):
            await asyncio.sleep(0)
        emulator.network.exchange.limit(sid, 1)
        await passes(emulator, 0)

        call = emulator.store.calls.get(sid)
        assert call is not None
        names = [entry.name for entry in call.timeline]
        assert "Say" not in names[names.index("completed") :]
        await emulator.close()

    asyncio.run(run())


def test_a_call_sent_elsewhere_twice_at_once_is_in_one_place() -> None:
    async def run() -> None:
        emulator = Emulator(ManualClock(datetime.now(UTC)), "")
        sid = await waiting(emulator)
        emulator.network.exchange.redirect(sid, ELSEWHERE)
        emulator.network.exchange.redirect(sid, ELSEWHERE)
        await passes(emulator, 1)

        assert waits(emulator) == {"support": 0, "other": 1}
        assert told(emulator) == ["redirected"]
        emulator.network.exchange.hang_up(sid)
        await passes(emulator, 1)
        assert waits(emulator) == {"support": 0, "other": 0}
        await emulator.close()

    asyncio.run(run())
