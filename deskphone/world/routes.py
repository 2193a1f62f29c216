"""All routes below /emulator/."""

from aiohttp import web

from deskphone.emulator import Emulator
from deskphone.world.call_sound import CallSound
from deskphone.world.control import Control
from deskphone.world.faults import FaultHandlers
from deskphone.world.numbers import Numbers
from deskphone.world.observation import Observation
from deskphone.world.people import People
from deskphone.world.prices import PriceSwitch
from deskphone.world.requests import with_refusals
from deskphone.world.trial import TrialSwitch


def world_routes(emulator: Emulator) -> list[web.RouteDef]:
    """Return the routes for one emulator."""
    store, resource = emulator.store, emulator.api.resource
    numbers = resource("IncomingPhoneNumbers")
    routes = [
        *People(store, emulator.network.exchange, emulator.network.texts).routes(),
        *Numbers(store, numbers, emulator.handsets, emulator.app.answers_url).routes(),
        *Observation(store, resource("Recordings")).routes(),
        *CallSound(store, emulator.clock, emulator.network.studio).routes(),
        *Control(emulator.clock, emulator.feed.clock_changed, emulator.reset).routes(),
        *PriceSwitch(store).routes(),
        *TrialSwitch(store, emulator.clock, emulator.feed.trial_changed).routes(),
        *FaultHandlers(emulator.faults, emulator.fault_switch, emulator.fault_services).routes(),
    ]
    return [web.route(one.method, one.path, with_refusals(one.handler)) for one in routes]
