"""The door /emulator/: what people do with their phones, and what a test wants to know or turn."""

from aiohttp import web

from deskphone.emulator import State
from deskphone.world.faults import FaultsDoor
from deskphone.world.numbers import Numbers
from deskphone.world.observation import Observation
from deskphone.world.people import People
from deskphone.world.requests import problem, world_errors

__all__ = ["problem", "routes", "world_errors"]


def routes(state: State) -> list[web.RouteDef]:
    """Return each route below /emulator/."""
    return [
        *People(state).routes(),
        *Numbers(state).routes(),
        *Observation(state).routes(),
        *FaultsDoor(state).routes(),
    ]
