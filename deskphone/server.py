"""The emulator's HTTP server: its doors, and who may come in."""

import asyncio
import re
import signal
from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus

from aiohttp import web

from deskphone.bad_requests import keep_quiet_about_bad_requests
from deskphone.emulator import Emulator
from deskphone.faults.injection import Strike, fault_injection
from deskphone.phone.page import Page
from deskphone.rest.api import PREFIX
from deskphone.rest.auth_tokens import PREFIX as TOKENS_PREFIX
from deskphone.rest.faults import strike_twilio
from deskphone.silence import KEEP_ALIVE_S, SilentBodyError, no_long_silence
from deskphone.world.requests import problem, world_errors
from deskphone.world.routes import world_routes

HOST = re.compile(r"(127\.0\.0\.1|localhost)(:[0-9]{1,5})?", re.IGNORECASE)
BODY_LIMIT = 1024 * 1024
SHUTDOWN_S = 0.5
"""How long an open event stream may hold up the end."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def runner_of(application: web.Application) -> web.AppRunner:
    """Return the application, ready to be set up inside a running event loop."""
    keep_quiet_about_bad_requests()
    return web.AppRunner(
        application,
        access_log=None,
        keepalive_timeout=KEEP_ALIVE_S,
        shutdown_timeout=SHUTDOWN_S,
    )


def application(
    emulator: Emulator, routes: Sequence[web.RouteDef] = (), strikes: Sequence[Strike] = ()
) -> web.Application:
    """Return the web application: Twilio's REST API, the world and the page.

    `routes` are further doors, whose faults and others are in `strikes`: these come first.
    """
    faults = fault_injection(emulator.faults, [*strikes, strike_twilio])
    app = web.Application(
        middlewares=[no_early_ends, only_from_here, world_errors, faults],
        client_max_size=BODY_LIMIT,
    )
    app.add_routes(
        [
            web.route("*", PREFIX + "{path:.*}", emulator.api.handle),
            web.route("*", TOKENS_PREFIX + "{path:.*}", emulator.auth_tokens.handle),
            *routes,
            *world_routes(emulator),
            *Page(emulator.hub, emulator.feed.snapshot).routes(),
        ]
    )
    return app


@web.middleware
async def no_early_ends(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let a client hang up in the middle of its request, send half of it, or garble its body."""
    try:
        with no_long_silence(request.content):
            return await handler(request)
    except SilentBodyError:
        return problem(HTTPStatus.REQUEST_TIMEOUT, "The rest of the body did not come.")
    except web.RequestPayloadError:
        return problem(HTTPStatus.BAD_REQUEST, "The body is not what its headers say.")
    except ConnectionError:
        if request.transport is not None:  # it is another connection that broke
            raise
        return web.Response(status=HTTPStatus.BAD_REQUEST)  # nobody is there to read this


@web.middleware
async def only_from_here(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse other host names (DNS rebinding) and requests that another site's page makes."""
    if not HOST.fullmatch(request.headers.get("Host", "")):
        return problem(HTTPStatus.FORBIDDEN, "This server answers to 127.0.0.1 and localhost only.")
    origin = request.headers.get("Origin")
    if origin is not None and origin != f"http://{request.headers.get('Host')}":
        return problem(HTTPStatus.FORBIDDEN, "Requests from other sites are refused.")
    return await handler(request)


def stop_signal() -> asyncio.Event:
    """Return the event that SIGINT or SIGTERM sets, inside a running event loop."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()

    def stop(number: int, frame: object) -> None:
        loop.call_soon_threadsafe(stopped.set)

    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, stopped.set)
        except NotImplementedError:  # Windows: Ctrl-C arrives as an exception instead
            signal.signal(number, stop)
    return stopped
