"""/voice-shim.js and /sounds/, for pages on any site."""

import asyncio
from pathlib import Path, PurePosixPath

from aiohttp import web

from deskphone.browser.files.ringtones import ringtone
from deskphone.doorkeeper import Pages

SHIM = Path(__file__).parent / "voice-shim.js"
ADDRESS = b"http://127.0.0.1:7072"
"""Stands for the server's address in the script."""
ANY_PAGE = {
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Cache-Control": "no-cache",
}
PREFLIGHT = {
    **ANY_PAGE,
    "Access-Control-Allow-Methods": "GET",
    "Access-Control-Allow-Private-Network": "true",
}
"""Chromium asks before a public page loads from this machine (wicg.github.io/local-network-access).
"""
SIGNAL, SHIM_PATH, SOUNDS = "/signal", "/voice-shim.js", "/sounds/"


def pages_of(path: str) -> Pages:
    """Return whose pages may use a path of this server.

    The files hold nothing of anyone. The signaling is closed to pages on the internet, because the
    emulator's first API key is public: any of them could make a valid access token.
    """
    if path == SIGNAL:
        return "local"
    return "any" if path == SHIM_PATH or path.startswith(SOUNDS) else "own"


def file_routes() -> list[web.RouteDef]:
    """Return the routes of the files."""
    return [
        web.get(SHIM_PATH, _shim),
        web.get(SOUNDS + "{path:.+}", _sound),
        web.options(SHIM_PATH, _preflight),
        web.options(SOUNDS + "{path:.+}", _preflight),
    ]


async def _shim(request: web.Request) -> web.Response:
    content = await asyncio.to_thread(SHIM.read_bytes)
    content = content.replace(ADDRESS, f"http://{request.host}".encode())
    return web.Response(
        body=content, content_type="text/javascript", charset="utf-8", headers=ANY_PAGE
    )


async def _sound(request: web.Request) -> web.Response:
    """Return a sound by the name of Twilio's file; browsers recognize WAV under any name."""
    content = ringtone(PurePosixPath(request.match_info["path"]).stem)
    if content is None:
        return web.Response(status=404, text="The SDK has no such sound.\n", headers=ANY_PAGE)
    return web.Response(body=content, content_type="audio/wav", headers=ANY_PAGE)


async def _preflight(request: web.Request) -> web.Response:
    return web.Response(status=204, headers=PREFLIGHT)
