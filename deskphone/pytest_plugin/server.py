"""The emulator of one test process: in a thread, on a free port of this machine."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Literal, TypeVar

from aiohttp import web

from deskphone.account.store import Kind, Record
from deskphone.emulator import Emulator
from deskphone.line.calls.live_calls import WrongStateError
from deskphone.ports import listen, port_of, url_of
from deskphone.pytest_plugin.clock import RealClock, StillClock
from deskphone.pytest_plugin.loop_thread import LoopThread
from deskphone.pytest_plugin.story import Story
from deskphone.records.call import Call
from deskphone.rest.faults import refuse_twilio
from deskphone.server import application, runner_of

T = TypeVar("T")
ClockKind = Literal["manual", "real"]


class Server:
    """Serves the emulator, and lets the test's thread look and act."""

    def __init__(self, clock: ClockKind) -> None:
        """`clock` is manual or real."""
        self.clock = RealClock() if clock == "real" else StillClock()
        self.story = Story()
        self.answering: dict[str, bool] = {}
        """The numbers that answer each call, and whether a machine does."""
        self._thread = LoopThread("deskphone")
        listener = listen(0)
        self.url = url_of(port_of(listener))

        async def start() -> tuple[Emulator, web.AppRunner]:
            listeners = [self.story.record_changed, self._answer]
            emulator = Emulator(self.clock, self.url, listeners=listeners)
            runner = runner_of(application(emulator, injectors=[refuse_twilio]))
            await runner.setup()
            await web.SockSite(runner, listener).start()
            return emulator, runner

        self._emulator, self._runner = self.run(start())

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine in the emulator's loop."""
        return self._thread.run(coroutine)

    def look(self, see: Callable[[Emulator], T]) -> T:
        """Return what `see` returns once nothing more happens by itself."""

        async def look() -> T:
            await self.clock.calm()
            return see(self._emulator)

        return self.run(look())

    def act(self, do: Callable[[Emulator], T]) -> T:
        """Do something, and return its result once nothing more happens by itself."""

        async def act(emulator: Emulator) -> T:
            return do(emulator)

        return self.change(act)

    def change(self, do: Callable[[Emulator], Awaitable[T]]) -> T:
        """Like `act`, for something that has to be awaited."""

        async def change() -> T:
            await self.clock.calm()
            result = await do(self._emulator)
            await self.clock.calm()
            return result

        return self.run(change())

    def reset(self) -> None:
        """Return to the initial state."""

        async def reset() -> None:
            self.answering.clear()
            self.clock.restart()
            await self._emulator.reset()
            self.story.clear()

        self.run(reset())

    def stop(self) -> None:
        """Stop serving."""

        async def close() -> None:
            await self._emulator.close()
            await self._runner.cleanup()

        self.run(close())
        self._thread.stop()

    def _answer(self, kind: Kind, record: Record | None) -> None:
        """Answer a call that begins to ring at a phone that answers each call."""
        if isinstance(record, Call) and record.status == "ringing" and is_to_phone(record):
            machine = self.answering.get(record.to)
            if machine is not None:
                asyncio.get_running_loop().call_soon(
                    lambda: self._pick_up(record.sid, machine=machine)
                )

    def _pick_up(self, sid: str, *, machine: bool) -> None:
        exchange = self._emulator.network.exchange
        with contextlib.suppress(WrongStateError):  # it has answered already
            (exchange.answer_by_machine if machine else exchange.answer)(sid)


def is_to_phone(call: Call) -> bool:
    """Whether a person's phone rings for this call."""
    return call.direction != "inbound"
