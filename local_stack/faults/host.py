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
        """Whether there is something to kill."""
        ...

    def kill(self) -> None:
        """Kill it at once."""
        ...


def inject_host(host: Killable) -> Injector:
    """Return what lets a send meet the fault that kills a host."""

    def inject(faults: Faults, request: web.Request) -> Effect | None:
        fault = faults.pick("host") if is_send(request) and host.is_up else None
        if fault is None:
            return None

        async def kill(request: web.Request, handler: Handler) -> web.StreamResponse:
            """Kill the host after or before Twilio carries the request out."""
            is_done = faults.toss() if fault.done is None else fault.done
            response = await handler(request) if is_done else web.Response()
            host.kill()
            return cut(request, response)

        return kill

    return inject
