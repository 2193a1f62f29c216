"""Breaking the stack on purpose: which faults are on."""

from collections.abc import Sequence

from aiohttp import web

from deskphone.faults.faults import Faults
from deskphone.faults.kinds import Service
from deskphone.faults.reading import FaultError, faults_of
from deskphone.faults.switch import Switch
from deskphone.world.requests import WorldError, json_of


class FaultsDoor:
    """Handlers for the faults; each answers with those that are on and their seed."""

    def __init__(self, faults: Faults, switch: Switch, services: Sequence[Service]) -> None:
        """`services` are those that can be broken."""
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
        """What is on, and how often each has happened."""
        return web.json_response(self._faults.view())

    async def replace(self, request: web.Request) -> web.Response:
        """Switch on these and no others."""
        try:
            seed, faults = faults_of(await json_of(request), self._services)
        except FaultError as error:
            raise WorldError(str(error)) from error
        await self._switch.replace(seed, faults)
        return await self.show(request)

    async def clear(self, request: web.Request) -> web.Response:
        """Switch everything off."""
        await self._switch.clear()
        return await self.show(request)
