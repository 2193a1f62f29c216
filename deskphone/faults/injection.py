"""Faults for incoming requests: an error, a delay, no response.

Webhook faults are in deskphone/line/status_reports.py, refused connections in
deskphone/twilio_door.py.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from deskphone.faults.faults import Faults
from deskphone.faults.kinds import Fault

RETRY_AFTER_S = 1
"""The default Retry-After of a 429."""

Effect = Callable[[web.Request, Handler], Awaitable[web.StreamResponse]]
"""Handles a request that a fault applies to."""
Injector = Callable[[Faults, web.Request], Effect | None]
"""Returns the effect of a fault on a request, or None."""
Refusal = Callable[[int, float], web.Response]
"""Makes a service's error response from a status and the seconds of its Retry-After."""


def fault_injection(faults: Faults, injectors: Sequence[Injector]) -> Middleware:
    """Return the middleware that applies at most one fault to each request."""

    @web.middleware
    async def inject(request: web.Request, handler: Handler) -> web.StreamResponse:
        for inject_into in injectors if faults.on else ():
            effect = inject_into(faults, request)
            if effect is not None:
                return await effect(request, handler)
        return await handler(request)

    return inject


def effect_of(fault: Fault | None, refusal: Refusal) -> Effect | None:
    """Return the effect of a fault on a service that makes its errors with `refusal`."""
    if fault is None:
        return None

    async def effect(request: web.Request, handler: Handler) -> web.StreamResponse:
        match fault.kind:
            case "slow":
                await request.read()  # read it now: later it is lost if the client has disconnected
                await asyncio.sleep(fault.seconds or 0)
                return await handler(request)
            case "lost":
                return cut(request, await handler(request))
            case "refused":
                return cut(request, web.Response())
            case status:
                seconds = RETRY_AFTER_S if fault.seconds is None else fault.seconds
                return refusal(int(status), seconds)

    return effect


def cut(request: web.Request, response: web.StreamResponse) -> web.StreamResponse:
    """Abort the connection, so that the response never arrives."""
    if request.transport is not None:
        request.transport.abort()
    return response


def retry_after(status: int, seconds: float) -> dict[str, str]:
    """Return the Retry-After header of a 429; nothing for any other status."""
    return {"Retry-After": str(round(seconds))} if status == 429 else {}
