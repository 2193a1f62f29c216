"""/: the phone page and its event stream."""

import asyncio
import contextlib
import json
from collections.abc import Callable
from pathlib import Path

from aiohttp import web

from deskphone.events import Hub

FOLDER = Path(__file__).parent / "static"
TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".md": "text/plain",
    ".txt": "text/plain",
}
POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src * data:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
HEARTBEAT_S = 15
PATIENCE_S = 30


class Page:
    """Static files, and server-sent events that start with a snapshot."""

    def __init__(self, hub: Hub, snapshot: Callable[[], object]) -> None:
        self._hub = hub
        self._snapshot = snapshot
        self._files = {_address(path): path for path in FOLDER.rglob("*") if path.is_file()}

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/events", self.events, allow_head=False), web.get("/{path:.*}", self.file)]

    async def file(self, request: web.Request) -> web.StreamResponse:
        """Return one of the page's files.

        It is read on each request, so that edits need no restart.
        """
        path = self._files.get(request.path)
        if path is None:
            raise web.HTTPNotFound(text="Not found. The phone is at /\n")
        content = await asyncio.to_thread(path.read_bytes)
        headers = {
            "Content-Security-Policy": POLICY,
            "Cross-Origin-Opener-Policy": "same-origin",
            # Lets an app's server recognize this page when it requests images.
            "Referrer-Policy": "strict-origin",
            "Cache-Control": "no-cache",
        }
        content_type = TYPES.get(path.suffix, "application/octet-stream")
        return web.Response(
            body=content, content_type=content_type, charset="utf-8", headers=headers
        )

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Stream a snapshot and then every change, until the page or the emulator closes."""
        response = web.StreamResponse(
            headers={"Cache-Control": "no-store", "Content-Type": "text/event-stream"}
        )
        with self._hub.subscribe() as queue, contextlib.suppress(ConnectionError):
            await response.prepare(request)
            await _write(response, _event("snapshot", self._snapshot()))
            while True:
                try:
                    event = await asyncio.wait_for(queue.get(), HEARTBEAT_S)
                except TimeoutError:
                    await _write(response, b": still here\n\n")
                    continue
                if event is None:
                    break
                await _write(response, _event(*event))
        return response


async def _write(response: web.StreamResponse, data: bytes) -> None:
    """Write to a page. Disconnect one that stops reading; it reconnects if it is still open."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            await response.write(data)
    except TimeoutError as error:
        raise ConnectionResetError("the page stopped reading") from error


def _address(path: Path) -> str:
    relative = path.relative_to(FOLDER).as_posix()
    return "/" if relative == "index.html" else f"/{relative}"


def _event(name: str, data: object) -> bytes:
    return f"event: {name}\ndata: {json.dumps(data, separators=(',', ':'))}\n\n".encode()
