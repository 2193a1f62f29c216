"""What a test wants to know or to turn: calls, handsets, webhooks, alerts, time, a clean slate."""

import asyncio
from http import HTTPStatus

from aiohttp import web

from deskphone.clock import ManualClock
from deskphone.emulator import State
from deskphone.phone import views
from deskphone.world.requests import WorldError, json_of

LONGEST_ADVANCE_S = 366 * 24 * 3600


class Observation:
    """Handlers for what is seen from outside."""

    def __init__(self, state: State) -> None:
        self._state = state

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/emulator/calls/{sid}", self.call),
            web.get("/emulator/handsets/{number}", self.handset),
            web.get("/emulator/webhooks", self.webhooks),
            web.get("/emulator/alerts", self.alerts),
            web.get("/emulator/recordings/{name}", self.recording),
            web.post("/emulator/clock/advance", self.advance),
            web.post("/emulator/reset", self.reset),
        ]

    async def call(self, request: web.Request) -> web.Response:
        store, sid = self._state.store, request.match_info["sid"]
        call = store.calls.get(sid)
        if call is None:
            raise WorldError("There is no such call.", HTTPStatus.NOT_FOUND)
        return web.json_response(views.call(call, store.children(sid)))

    async def handset(self, request: web.Request) -> web.Response:
        number = request.match_info["number"]
        store = self._state.store
        texts = [
            views.text(record) for record in store.messages if number in (record.to, record.sender)
        ]
        calls = [views.call(record) for record in store.calls if record.person == number]
        opted_out_of = store.opt_outs.of(number)
        return web.json_response({"texts": texts, "calls": calls, "opted_out_of": opted_out_of})

    async def webhooks(self, request: web.Request) -> web.Response:
        sid = request.query.get("sid")
        found = [r for r in self._state.store.deliveries if sid in (None, r.resource_sid)]
        return web.json_response([views.webhook(record) for record in found])

    async def alerts(self, request: web.Request) -> web.Response:
        return web.json_response([views.alert(record) for record in self._state.store.alerts])

    async def recording(self, request: web.Request) -> web.Response:
        """Let the page play a recording, or the part that a player asks for."""
        resource, name = self._state.api.resource("Recordings"), request.match_info["name"]
        content = await asyncio.to_thread(resource.content, name)
        try:
            part = content.body[request.http_range]
        except ValueError:
            part = b""
        headers = {"Accept-Ranges": "bytes", "Content-Type": content.content_type}
        if "Range" not in request.headers:
            return web.Response(body=content.body, headers=headers)
        size = len(content.body)
        if not part:
            headers["Content-Range"] = f"bytes */{size}"
            raise web.HTTPRequestRangeNotSatisfiable(headers=headers)
        start = request.http_range.indices(size)[0]
        headers["Content-Range"] = f"bytes {start}-{start + len(part) - 1}/{size}"
        return web.Response(status=HTTPStatus.PARTIAL_CONTENT, body=part, headers=headers)

    async def advance(self, request: web.Request) -> web.Response:
        """Let time pass on the manual clock."""
        seconds = (await json_of(request)).get("seconds")
        clock = self._state.clock
        if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
            raise WorldError("seconds: a number is needed")
        if not 0 <= seconds <= LONGEST_ADVANCE_S:
            raise WorldError(f"seconds: from 0 to {LONGEST_ADVANCE_S}")
        if not isinstance(clock, ManualClock):
            raise WorldError(
                "The clock is the system's; start with --clock manual.", HTTPStatus.CONFLICT
            )
        try:
            await clock.advance(seconds)
        except OverflowError as error:
            raise WorldError("seconds: the clock ends with the year 9999") from error
        self._state.hub.publish("clock", self._state.clock_view)
        return web.json_response(self._state.clock_view())

    async def reset(self, request: web.Request) -> web.Response:
        """A clean slate."""
        await json_of(request)
        await self._state.reset()
        return web.json_response({})
