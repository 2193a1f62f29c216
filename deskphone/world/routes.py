"""All routes below /emulator/v1/, and their aliases without the version."""

from aiohttp import web

from deskphone.docs.pages import openapi
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

ROOT = "/emulator/"
VERSIONS = (f"{ROOT}v1/", ROOT)


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
        web.get("/emulator/openapi.json", openapi),
    ]
    return [
        web.route(
            one.method,
            version + one.path.removeprefix(ROOT),
            with_refusals(one.handler),
            **one.kwargs,
        )
        for version in VERSIONS
        for one in routes
    ]
