"""Routes of the documentation: pages, their files, and the OpenAPI documents that they show."""

import asyncio
from pathlib import Path

from aiohttp import web

FOLDER = Path(__file__).parent / "static"
OPENAPI = FOLDER / "openapi.json"
TYPES = {".css": "text/css", ".html": "text/html", ".js": "text/javascript"}
POLICY = "; ".join(
    (
        "default-src 'none'",
        "connect-src 'self'",
        "img-src 'self' data:",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",  # Swagger UI styles its own elements
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
NO_DOCUMENT = "This app has no OpenAPI document. The emulator's own is at /docs\n"


class Documentation:
    """Handlers for the pages. Files are read on each request, so that edits need no restart."""

    def __init__(self, app_document: Path | None) -> None:
        """`app_document` is the app's OpenAPI document in YAML or JSON, if it has one."""
        self._app_document = app_document
        self._files = {
            f"/docs/{path.relative_to(FOLDER).as_posix()}": path
            for path in FOLDER.rglob("*")
            if path.suffix in {".css", ".js"}
        }

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/docs", self.page),
            web.get("/docs/", self.page),
            web.get("/docs/app", self.app_page),
            web.get("/docs/app/openapi", self.app_openapi),
            *(web.get(address, self.file) for address in self._files),
        ]

    async def page(self, request: web.Request) -> web.Response:
        """Return the page; it loads the document that belongs to its address."""
        return await _served(FOLDER / "index.html")

    async def app_page(self, request: web.Request) -> web.Response:
        """Return the page for the app's document. Raise HTTPNotFound without one."""
        self._existing()
        return await self.page(request)

    async def app_openapi(self, request: web.Request) -> web.Response:
        """Return the app's document. Raise HTTPNotFound without one."""
        content = await asyncio.to_thread(self._existing().read_bytes)
        # JSON is YAML, too.
        return web.Response(body=content, content_type="application/yaml", charset="utf-8")

    async def file(self, request: web.Request) -> web.Response:
        """Return one of the page's files."""
        return await _served(self._files[request.path])

    def _existing(self) -> Path:
        if self._app_document is None or not self._app_document.is_file():
            raise web.HTTPNotFound(text=NO_DOCUMENT)
        return self._app_document


async def openapi(request: web.Request) -> web.Response:
    """Return the OpenAPI document of the emulator's own HTTP interface."""
    content = await asyncio.to_thread(OPENAPI.read_bytes)
    return web.Response(body=content, content_type="application/json", charset="utf-8")


async def _served(path: Path) -> web.Response:
    return web.Response(
        body=await asyncio.to_thread(path.read_bytes),
        content_type=TYPES[path.suffix],
        charset="utf-8",
        headers={
            "Cache-Control": "no-cache",
            "Content-Security-Policy": POLICY,
            "Cross-Origin-Opener-Policy": "same-origin",
        },
    )
