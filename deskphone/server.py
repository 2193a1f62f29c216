"""The emulator's HTTP server and its routes."""

import asyncio
import signal
from collections.abc import Collection, Sequence
from http import HTTPStatus

from aiohttp import web

from deskphone.account.store import new_sid
from deskphone.bad_requests import (
    KEEP_ALIVE_S,
    Runner,
    answer_bad_requests,
    silence_bad_request_logs,
)
from deskphone.browser.files.routes import pages_of
from deskphone.docs.pages import Documentation
from deskphone.doorkeeper import WRONG_HOST, Handler, problem, protect, refuse_others
from deskphone.emulator import Emulator
from deskphone.faults.injection import Injector, fault_injection
from deskphone.phone.page import Page
from deskphone.rest.answers import json_answer
from deskphone.rest.api import PREFIX
from deskphone.rest.auth_tokens import PREFIX as TOKENS_PREFIX
from deskphone.rest.errors import TwilioRefusalError
from deskphone.rest.faults import inject_twilio
from deskphone.rest.other_products import OtherProducts, is_rest
from deskphone.world.routes import world_routes

BODY_LIMIT = 1024 * 1024
HOST_ADVICE = (
    "change the host of the URL before your HTTP client sets the header, or allow this name with "
    "deskphone --allow-host NAME."
)
"""Keys of a REST request: the time it began, and how many were in progress then."""
SHUTDOWN_S = 0.5
"""How long an open event stream may delay a shutdown."""


def runner_of(application: web.Application) -> web.AppRunner:
    """Return a runner for the application, to be set up inside a running event loop."""
    silence_bad_request_logs()
    return Runner(
        application,
        access_log=None,
        keepalive_timeout=KEEP_ALIVE_S,
        shutdown_timeout=SHUTDOWN_S,
    )


def application(
    emulator: Emulator,
    routes: Sequence[web.RouteDef] = (),
    injectors: Sequence[Injector] = (),
    allowed_names: Collection[str] = (),
) -> web.Application:
    """Return the web application: Twilio's REST API, /emulator/, /docs and the page.

    `routes` are added to them. `injectors` add faults, and run before those of the REST API.
    `allowed_names` are host names, in lower case, that requests may use besides 127.0.0.1.
    """
    faults = fault_injection(emulator.faults, [*injectors, inject_twilio])
    app = web.Application(
        middlewares=[
            Meter().count,
            answer_bad_requests,
            refuse_others(allowed_names, _refused, pages_of),
            faults,
        ],
        client_max_size=BODY_LIMIT,
    )
    app.on_response_prepare.append(_protect)
    app.add_routes(
        [
            web.route("*", PREFIX + "{path:.*}", emulator.api.handle),
            web.route("*", TOKENS_PREFIX + "{path:.*}", emulator.auth_tokens.handle),
            OtherProducts(emulator.store, emulator.clock).route(),
            *routes,
            *emulator.browsers.routes(),
            *world_routes(emulator),
            *Documentation(emulator.app.openapi).routes(),
            *Page(emulator.hub, emulator.feed.snapshot).routes(),
        ]
    )
    return app


def _refused(request: web.Request, reason: str) -> web.Response:
    """Refuse a REST request in Twilio's format, since an SDK shows nothing of another one."""
    if not is_rest(request.path):
        return problem(HTTPStatus.FORBIDDEN, reason)
    if reason == WRONG_HOST:
        reason += f" Yours is {request.headers.get('Host', 'missing')!r}: {HOST_ADVICE}"
    refusal = TwilioRefusalError(HTTPStatus.FORBIDDEN, reason, HTTPStatus.FORBIDDEN)
    return json_answer(refusal.body(), status=HTTPStatus.FORBIDDEN)


class Meter:
    """Counts the requests in progress and their time, for the headers of Twilio's REST API."""

    def __init__(self) -> None:
        self._running = 0

    @web.middleware
    async def count(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if not is_rest(request.path):
            return await handler(request)
        self._running += 1
        concurrent, loop = self._running, asyncio.get_running_loop()
        began = loop.time()
        try:
            response = await handler(request)
        finally:
            self._running -= 1
        response.headers["Twilio-Concurrent-Requests"] = str(concurrent)
        response.headers["Twilio-Request-Id"] = new_sid("RQ")
        response.headers["Twilio-Request-Duration"] = f"{loop.time() - began:.3f}"
        return response


async def _protect(request: web.Request, response: web.StreamResponse) -> None:
    protect(response)


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
