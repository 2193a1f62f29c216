"""Fault injection over HTTP."""

from collections.abc import Sequence

from aiohttp import web

from deskphone.faults.faults import Faults
from deskphone.faults.kinds import Service
from deskphone.faults.reading import FaultError, faults_of
from deskphone.faults.switch import Switch
from deskphone.world.requests import WorldError, json_of


class FaultHandlers:
    """Handlers for faults; each returns the faults that are on and their seed."""

    def __init__(self, faults: Faults, switch: Switch, services: Sequence[Service]) -> None:
        """`services` are those that faults can be injected into."""
        self._faults = faults
        self._switch = switch
        self._services = services

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/emulator/faults", self.show),
            web.put("/emulator/faults", self.replace),
            web.delete("/emulator/faults", self.clear),
        ]

    async def show(self, request: web.Request) -> web.Response:
        """Return which faults are on, and how often each was applied."""
        return web.json_response(self._faults.view())

    async def replace(self, request: web.Request) -> web.Response:
        """Replace the faults that are on."""
        try:
            seed, faults = faults_of(await json_of(request), self._services)
        except FaultError as error:
            raise WorldError(str(error)) from error
        await self._switch.replace(seed, faults)
        return await self.show(request)

    async def clear(self, request: web.Request) -> web.Response:
        """Clear all faults."""
        await self._switch.clear()
        return await self.show(request)
