"""The door /emulator/: what people do with their phones, and what a test wants to know or turn."""

from aiohttp import web

from emulator.state import State
from emulator.world.faults import FaultsDoor
from emulator.world.numbers import Numbers
from emulator.world.observation import Observation
from emulator.world.people import People
from emulator.world.requests import problem, world_errors

__all__ = ["problem", "routes", "world_errors"]


def routes(state: State) -> list[web.RouteDef]:
    """Return each route below /emulator/."""
    return [
        *People(state).routes(),
        *Numbers(state).routes(),
        *Observation(state).routes(),
        *FaultsDoor(state).routes(),
    ]
