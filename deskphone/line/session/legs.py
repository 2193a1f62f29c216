"""Legs: the calls that a call dials, from the dialing call's side."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from deskphone.records.call import CallStatus
from deskphone.records.instructions import StatusCallback

LegStatus = Literal["connected"] | CallStatus


@dataclass(frozen=True)
class LegRequest:
    """Whom to dial, and how. `url` is the whisper, which the called side hears first.

    `timeout_s` is how long the phone rings. `parameters` are the names and values for a client.
    """

    to: str
    sender: str
    timeout_s: int
    url: str = ""
    method: str = "POST"
    send_digits: str = ""
    callback: StatusCallback | None = None
    time_limit_s: int = 14400
    parameters: tuple[tuple[str, str], ...] = ()


class Leg:
    """A dialed call: `settled` is set when it is connected or over, and `over` when it has ended.

    `status` is "connected" once the person has answered and heard the whisper; before that and
    after a failure, it is the status of the call. A leg that was redirected through the REST API
    has `left`: it continues without the call that dialed it.
    """

    def __init__(self, sid: str) -> None:
        self.sid = sid
        self.status: LegStatus = "ringing"
        self.settled = asyncio.Event()
        self.over = asyncio.Event()
        self.left = False

    def connect(self) -> None:
        """Mark the leg as ready to be connected."""
        self.status = "connected"
        self.settled.set()

    def end(self, status: CallStatus) -> None:
        """End the leg. An answered leg that hung up during the whisper was never connected."""
        if not self.settled.is_set():
            self.status = "no-answer" if status == "completed" else status
        self.settled.set()
        self.over.set()

    def leave(self) -> None:
        """Mark the leg as redirected."""
        self.left = True
        self.end("completed")


async def first_connected(legs: Iterable[Leg]) -> Leg | None:
    """Wait until a leg is connected and return it; return None if all have failed."""
    waiting = {asyncio.ensure_future(leg.settled.wait()): leg for leg in legs}
    try:
        while waiting:
            done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            settled = [waiting.pop(future) for future in list(waiting) if future in done]
            for leg in settled:
                if leg.status == "connected":
                    return leg
        return None
    finally:
        for future in waiting:
            future.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
