"""The emulator's HTTP server: its doors, and who may come in."""

import re
from collections.abc import Awaitable, Callable
from http import HTTPStatus

from aiohttp import web

from deskphone import world
from deskphone.emulator import State
from deskphone.faults.injection import fault_injection
from deskphone.phone.page import Page
from deskphone.rest.api import PREFIX
from deskphone.rest.auth_tokens import PREFIX as TOKENS_PREFIX
from deskphone.silence import KEEP_ALIVE_S, SilentBodyError, no_long_silence
from deskphone.world import problem, world_errors
from local_stack.azure import PREFIX as STORAGE_PREFIX
from local_stack.azure import StorageDoor
from local_stack.azure.identity import Identity
from local_stack.azure.vault import Vault

HOST = re.compile(r"(127\.0\.0\.1|localhost)(:[0-9]{1,5})?", re.IGNORECASE)
BODY_LIMIT = 1024 * 1024
SHUTDOWN_S = 0.5
"""How long an open event stream may hold up the end."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def runner_of(state: State) -> web.AppRunner:
    """Return the application, ready to be set up inside a running event loop."""
    return web.AppRunner(
        application(state),
        access_log=None,
        keepalive_timeout=KEEP_ALIVE_S,
        shutdown_timeout=SHUTDOWN_S,
    )


def application(state: State) -> web.Application:
    """Return the web application with all doors."""
    middlewares = [no_early_ends, only_from_here, world_errors, fault_injection(state)]
    app = web.Application(middlewares=middlewares, client_max_size=BODY_LIMIT)
    identity = Identity()
    vault = Vault(state.secrets, identity, state.given_secrets)
    storage = StorageDoor(state.tables, identity, lambda gap: state.store.alert("", None, gap))
    app.add_routes(
        [
            web.route("*", PREFIX + "{path:.*}", state.api.handle),
            web.route("*", TOKENS_PREFIX + "{path:.*}", state.auth_tokens.handle),
            web.get("/identity/token", identity.token),
            web.get("/vault/secrets", vault.names),
            web.put("/vault/secrets/{name}", vault.write),
            web.get("/vault/secrets/{name}{version:/?.*}", vault.secret),
            web.route("*", STORAGE_PREFIX + "{path:.*}", storage.handle),
            *world.routes(state),
            *Page(state).routes(),
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
