"""An emulator and an app in this process: the REST API by HTTP, people and the clock directly."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from deskphone.app import NO_APP, App
from deskphone.browser.media import OpenMedia
from deskphone.clock import ManualClock
from deskphone.compare.local import OWN
from deskphone.emulator import Emulator
from deskphone.server import application
from deskphone.sound.speakers import Speaker
from deskphone.values import ACCOUNT_SID, HANDSETS, LINE

Form = Mapping[str, str] | Sequence[tuple[str, str]] | None
START = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class World:
    """What a test works with. `asked` and `bodies` are what requests to the app had."""

    emulator: Emulator
    clock: ManualClock
    http: TestClient[web.Request, web.Application]
    app_url: str = ""
    documents: dict[str, str] = field(default_factory=dict[str, str])
    asked: list[str] = field(default_factory=list[str])
    bodies: list[str] = field(default_factory=list[str])

    async def rest(self, method: str, path: str, form: Form = None) -> tuple[int, Any]:
        """Make a request below the account; return the status and the JSON, or None."""
        url = path if path.startswith("/") else f"/2010-04-01/Accounts/{ACCOUNT_SID}/{path}"
        async with self.http.request(method, url, data=form, headers=OWN.headers) as response:
            body = await response.read()
            return response.status, await response.json() if body else None

    def serve(self, path: str, document: str) -> str:
        """Let the app serve TwiML at a path; return the URL."""
        self.documents[path] = f"<Response>{document}</Response>"
        return self.app_url + path

    async def call(self, document: str, person: str = HANDSETS[0], **form: str) -> str:
        """Call a person with TwiML that the app serves at /twiml; return the SID once it rings."""
        is_given = "Url" in form or "Twiml" in form
        instructions = {} if is_given else {"Url": self.serve("/twiml", document)}
        request = {"To": person, "From": LINE, **instructions, **form}
        status, call = await self.rest("POST", "Calls.json", request)
        assert status == 201, call
        await self.clock.advance(1)
        return call["sid"]

    async def pick_up(self, sid: str) -> None:
        """Answer a ringing call, and let its document run."""
        self.emulator.network.exchange.answer(sid)
        await self.clock.advance(0.1)

    def heard(self, sid: str) -> list[str]:
        """Return what was said to the person in a call."""
        call = self.emulator.store.calls.get(sid)
        assert call is not None
        return [entry.text for entry in call.timeline if entry.name == "Say"]

    def alerts(self) -> list[int | None]:
        """Return the codes of all alerts."""
        return [alert.code for alert in self.emulator.store.alerts]


def in_process(
    use: Callable[[World], Awaitable[None]],
    media: OpenMedia | None = None,
    speaker: Speaker | None = None,
    app: App = NO_APP,
) -> None:
    """Run a test with a fresh emulator on a manual clock, and an app."""

    async def main() -> None:
        clock = ManualClock(START)
        url = "http://127.0.0.1:2"
        emulator = Emulator(clock, url, app, speaker=speaker, open_media=media)
        server = TestServer(application(emulator))
        async with TestClient(server) as http:
            world = World(emulator, clock, http)
            async with TestServer(_app(world)) as answering:
                world.app_url = str(answering.make_url("")).rstrip("/")
                try:
                    await use(world)
                finally:
                    await emulator.close()

    asyncio.run(main())


def _app(world: World) -> web.Application:
    async def answer(request: web.Request) -> web.Response:
        world.asked.append(request.path)
        world.bodies.append(await request.text())
        if request.path not in world.documents:
            return web.Response(text="<Response/>", content_type="text/xml")
        return web.Response(text=world.documents[request.path], content_type="text/xml")

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    return app
