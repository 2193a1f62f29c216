"""A server for an ASGI app, such as FastAPI's. Source: https://asgi.readthedocs.io/en/latest/specs/"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from typing import Any

from aiohttp import web

from deskphone.ports import listen, port_of, url_of
from deskphone.pytest_plugin.loop_thread import LoopThread

Message = MutableMapping[str, Any]
App = Callable[
    [Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]],
    Awaitable[None],
]
VERSION = {"version": "3.0", "spec_version": "2.3"}


class AsgiServer:
    """Serves an app in a thread with its own loop, on a free port: HTTP, and no WebSockets."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._thread = LoopThread("live_app")
        listener = listen(0)
        self.url = url_of(port_of(listener))
        self._lifespan = _Lifespan(app)

        async def start() -> web.ServerRunner:
            await self._lifespan.start()
            runner = web.ServerRunner(web.Server(self._handle))
            await runner.setup()
            await web.SockSite(runner, listener).start()
            return runner

        self._runner = self._thread.run(start())

    def stop(self) -> None:
        """Stop serving."""

        async def stop() -> None:
            await self._runner.cleanup()
            await self._lifespan.stop()

        self._thread.run(stop())
        self._thread.stop()

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        body = [await request.read()]
        answer: list[Message] = []

        async def receive() -> Message:
            if body:
                return {"type": "http.request", "body": body.pop(), "more_body": False}
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            answer.append(message)

        await self._app(_scope(request), receive, send)
        start = next(one for one in answer if one["type"] == "http.response.start")
        response = web.Response(
            status=start["status"],
            body=b"".join(one.get("body", b"") for one in answer if one is not start),
        )
        for name, value in start.get("headers", ()):
            if name.lower() != b"content-length":
                response.headers.add(name.decode("latin-1"), value.decode("latin-1"))
        return response


def _scope(request: web.BaseRequest) -> Message:
    return {
        "type": "http",
        "asgi": VERSION,
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": request.rel_url.path,
        "raw_path": request.rel_url.raw_path.encode(),
        "query_string": request.rel_url.raw_query_string.encode(),
        "root_path": "",
        "headers": [(name.lower(), value) for name, value in request.raw_headers],
        "client": ("127.0.0.1", 0),
        "server": ("127.0.0.1", request.url.port),
        "state": {},
    }


class _Lifespan:
    """Tells the app when it starts and stops, if it wants to know."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def start(self) -> None:
        self._inbox: asyncio.Queue[Message] = asyncio.Queue()
        self._answers: asyncio.Queue[Message] = asyncio.Queue()
        scope: Message = {"type": "lifespan", "asgi": VERSION, "state": {}}
        running = self._app(scope, self._inbox.get, self._answers.put)
        self._task = asyncio.ensure_future(running)
        await self._tell("lifespan.startup")

    async def stop(self) -> None:
        if not self._task.done():
            await self._tell("lifespan.shutdown")
        self._task.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await self._task

    async def _tell(self, what: str) -> None:
        """Send an event and wait for its answer; an app that ends or fails wants none."""
        await self._inbox.put({"type": what})
        answer = asyncio.ensure_future(self._answers.get())
        await asyncio.wait([answer, self._task], return_when=asyncio.FIRST_COMPLETED)
        answered = answer.done()
        answer.cancel()
        if answered and answer.result()["type"].endswith(".failed"):
            raise RuntimeError(f"The app failed: {answer.result().get('message', what)}")
