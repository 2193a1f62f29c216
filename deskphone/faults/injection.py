"""Faults that strike requests on their way in: an error, a wait, no answer, or the end of the host.

Twilio, the vault and the storage are told apart by their paths. A fault in a webhook strikes in
deskphone/line/status_reports.py instead, refused connections in deskphone/twilio_door.py.
"""

import asyncio
import re

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from deskphone.emulator import State
from deskphone.faults.kinds import Fault
from local_stack.azure import service_errors
from local_stack.azure.identity import VAULTS
from local_stack.killable import Killable

SEND = re.compile(r"/2010-04-01/Accounts/[^/]+/(Messages|Calls)(/[^/]+)?\.json")
"""What texts and calls are sent, changed and read by."""
RETRY_AFTER_S = 1
"""What a 429 asks for unless the fault says otherwise."""


def fault_injection(state: State) -> Middleware:
    """Return the middleware that lets the faults of a state strike."""
    injection = _Injection(state)

    @web.middleware
    async def inject(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not state.faults.on:
            return await handler(request)
        return await injection.handle(request, handler)

    return inject


class _Injection:
    def __init__(self, state: State) -> None:
        self._state = state

    async def handle(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Answer a request, or not, as the faults will have it."""
        host = self._state.killable
        if _is_send(request) and host is not None and host.is_up:
            fault = self._state.faults.strike("host")
            if fault is not None:
                return await self._kill(host, fault, request, handler)
        fault = self._fault_of(request)
        match fault.kind if fault else "":
            case "":
                return await handler(request)
            case "slow":
                await request.read()  # later it is lost if the client has hung up
                await asyncio.sleep((fault and fault.seconds) or 0)
                return await handler(request)
            case "lost":
                return _cut(request, await handler(request))
            case "refused":
                return _cut(request, web.Response())
            case kind:
                return _refusal(request, int(kind), fault and fault.seconds)

    def _fault_of(self, request: web.Request) -> Fault | None:
        """Return the fault that a request meets at the service that it asks."""
        faults, path = self._state.faults, request.path
        if path.startswith("/storage/"):
            return faults.strike("storage")
        if path.startswith("/vault/"):
            return faults.strike("vault")
        if (
            path.startswith("/identity/")
            and request.query.get("resource", "").rstrip("/") == VAULTS
        ):
            return faults.strike("vault", lambda fault: fault.kind not in ("401", "403", "404"))
        if _is_send(request):
            return faults.strike("twilio")
        if request.method == "GET" and SEND.fullmatch(path):
            return faults.strike("twilio", lambda fault: fault.reads)
        return None

    async def _kill(
        self, host: Killable, fault: Fault, request: web.Request, handler: Handler
    ) -> web.StreamResponse:
        """Kill the host in mid-send, after or before Twilio carries the request out."""
        is_done = self._state.faults.toss() if fault.done is None else fault.done
        response = await handler(request) if is_done else web.Response()
        host.kill()
        return _cut(request, response)


def _is_send(request: web.Request) -> bool:
    return request.method == "POST" and SEND.fullmatch(request.path) is not None


def _cut(request: web.Request, response: web.StreamResponse) -> web.StreamResponse:
    """Break the connection at once, so that the response reaches nobody."""
    if request.transport is not None:
        request.transport.abort()
    return response


def _refusal(request: web.Request, status: int, seconds: float | None) -> web.Response:
    """Return the error that the service would answer with."""
    retry_after_s = RETRY_AFTER_S if seconds is None else seconds
    if request.path.startswith("/storage/"):
        return service_errors.of_storage(status)
    if request.path.startswith("/vault/"):
        return service_errors.of_vault(status, retry_after_s)
    if request.path.startswith("/identity/"):
        return service_errors.of_identity(status, retry_after_s)
    return service_errors.of_twilio(status, retry_after_s)
