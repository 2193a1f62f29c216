"""State for tests to read: calls, handsets, webhooks, alerts, recordings."""

import asyncio
from http import HTTPStatus

from aiohttp import web

from deskphone.account.store import Store
from deskphone.phone import views
from deskphone.records.message import LOST_MESSAGE, Message
from deskphone.records.recording import Recording
from deskphone.rest.parameters import Parameters
from deskphone.rest.resource import Resource
from deskphone.world.requests import WorldError


def _is_on(text: Message, number: str) -> bool:
    """Whether a text is on a person's phone, or still on its way to it."""
    if text.to == number:
        return text.status not in LOST_MESSAGE
    return text.sender == number


class Observation:
    """Handlers that return the emulator's state."""

    def __init__(self, store: Store, recordings: Resource[Recording]) -> None:
        """`recordings` is the Recordings resource."""
        self._store = store
        self._recordings = recordings

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/emulator/calls/{sid}", self.call),
            web.get("/emulator/handsets/{number}", self.handset),
            web.get("/emulator/webhooks", self.webhooks),
            web.get("/emulator/alerts", self.alerts),
            web.get("/emulator/recordings/{name}", self.recording),
        ]

    async def call(self, request: web.Request) -> web.Response:
        store, sid = self._store, request.match_info["sid"]
        call = store.calls.get(sid)
        if call is None:
            raise WorldError("Call not found.", HTTPStatus.NOT_FOUND)
        return web.json_response(views.call(call, store.children(sid)))

    async def handset(self, request: web.Request) -> web.Response:
        number = request.match_info["number"]
        store = self._store
        texts = [views.text(record) for record in store.messages if _is_on(record, number)]
        calls = [views.call(record) for record in store.calls if record.person == number]
        opted_out_of = store.opt_outs.of(number)
        return web.json_response({"texts": texts, "calls": calls, "opted_out_of": opted_out_of})

    async def webhooks(self, request: web.Request) -> web.Response:
        sid = request.query.get("sid")
        found = [r for r in self._store.deliveries if sid in (None, r.resource_sid)]
        return web.json_response([views.webhook(record) for record in found])

    async def alerts(self, request: web.Request) -> web.Response:
        return web.json_response([views.alert(record) for record in self._store.alerts])

    async def recording(self, request: web.Request) -> web.Response:
        """Return a recording's audio, or the range that a player requests."""
        content = await asyncio.to_thread(
            self._recordings.content, request.match_info["name"], Parameters(())
        )
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
