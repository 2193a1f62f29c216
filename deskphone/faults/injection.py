"""Faults that strike requests on their way in: an error, a wait, no answer.

A fault in a webhook strikes in deskphone/line/status_reports.py instead, refused connections in
deskphone/twilio_door.py.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from deskphone.faults.faults import Faults
from deskphone.faults.kinds import Fault

RETRY_AFTER_S = 1
"""What a 429 asks for unless the fault says otherwise."""

Play = Callable[[web.Request, Handler], Awaitable[web.StreamResponse]]
"""What becomes of a request that a fault strikes."""
Strike = Callable[[Faults, web.Request], Play | None]
"""Says which fault a request meets, by how it is played; None for none."""
Refusal = Callable[[int, float], web.Response]
"""Makes the error that a service answers with, of a status and the seconds of its Retry-After."""


def fault_injection(faults: Faults, strikes: Sequence[Strike]) -> Middleware:
    """Return the middleware that lets a request meet one fault: the first that strikes it."""

    @web.middleware
    async def inject(request: web.Request, handler: Handler) -> web.StreamResponse:
        for strike in strikes if faults.on else ():
            play = strike(faults, request)
            if play is not None:
                return await play(request, handler)
        return await handler(request)

    return inject


def play_of(fault: Fault | None, refusal: Refusal) -> Play | None:
    """Return how a fault is played at a service that answers errors with a `refusal`."""
    if fault is None:
        return None

    async def play(request: web.Request, handler: Handler) -> web.StreamResponse:
        match fault.kind:
            case "slow":
                await request.read()  # later it is lost if the client has hung up
                await asyncio.sleep(fault.seconds or 0)
                return await handler(request)
            case "lost":
                return cut(request, await handler(request))
            case "refused":
                return cut(request, web.Response())
            case status:
                seconds = RETRY_AFTER_S if fault.seconds is None else fault.seconds
                return refusal(int(status), seconds)

    return play


def cut(request: web.Request, response: web.StreamResponse) -> web.StreamResponse:
    """Break the connection at once, so that the response reaches nobody."""
    if request.transport is not None:
        request.transport.abort()
    return response


def retry_after(status: int, seconds: float) -> dict[str, str]:
    """Return the header of a 429 that says when to come back."""
    return {"Retry-After": str(round(seconds))} if status == 429 else {}
