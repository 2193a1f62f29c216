"""The fault that kills the host in the middle of a send."""

from typing import Protocol

from aiohttp import web
from aiohttp.typedefs import Handler

from deskphone.faults.faults import Faults
from deskphone.faults.injection import Effect, Injector, cut
from deskphone.rest.faults import is_send


class Killable(Protocol):
    """A process that can be killed."""

    @property
    def is_up(self) -> bool:
        """Return whether it is running."""
        ...

    def kill(self) -> None:
        """Kill it immediately."""
        ...


def inject_host(host: Killable) -> Injector:
    """Return the middleware that injects this fault into sends."""

    def inject(faults: Faults, request: web.Request) -> Effect | None:
        fault = faults.pick("host") if is_send(request) and host.is_up else None
        if fault is None:
            return None

        async def kill(request: web.Request, handler: Handler) -> web.StreamResponse:
            """Kill the host before or after Twilio executes the request."""
            is_done = faults.toss() if fault.done is None else fault.done
            response = await handler(request) if is_done else web.Response()
            host.kill()
            return cut(request, response)

        return kill

    return inject
