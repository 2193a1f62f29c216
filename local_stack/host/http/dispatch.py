"""Find the function for a request, check its key, run it, and send what it returns."""

import asyncio
import logging

from aiohttp.web_request import BaseRequest
from aiohttp.web_response import StreamResponse

from local_stack.host.app.application import Application, Function
from local_stack.host.app.function_file import FunctionDefinition
from local_stack.host.app.keys import Keys
from local_stack.host.http.answers import UnsendableError, closing, empty, plain, to_response
from local_stack.host.http.bodies import read_body
from local_stack.host.http.refusals import report_refusal, why_not_found, why_unauthorized
from local_stack.host.http.requests import (
    Query,
    given_key,
    host_of,
    join_values,
    joined_headers,
    scheme_of,
)
from local_stack.host.http.throttle import Throttle, TooManyRequestsError
from local_stack.host.routing.constraints import BrokenConstraintError
from local_stack.host.routing.paths import encode_path
from local_stack.host.routing.routes import Match, RouteTable
from local_stack.host.triggers.http import FunctionRequest, invoke
from local_stack.host.worker.exits import hang
from local_stack.host.worker.functions import InvocationError
from local_stack.host.worker.time_limits import TimeLimits

log = logging.getLogger("host")


class Dispatcher:
    """Runs the functions of one app for requests."""

    def __init__(
        self,
        application: Application,
        keys: Keys,
        limits: TimeLimits,
        *,
        body_limit: int,
        key_hint: str,
        behind_azure: bool,
        principal: str,
    ) -> None:
        """`body_limit` is in bytes; `key_hint` tells in the log which key works.

        `behind_azure` is whether requests come through the front end of Azure. `principal` is the
        ID of the person whom App Service would have signed in, or "".
        """
        self._application = application
        self._keys = keys
        self._limits = limits
        self._body_limit = body_limit
        self._key_hint = key_hint
        self._behind_azure = behind_azure
        self._principal = principal
        configuration = application.configuration
        self._throttle = Throttle(configuration.max_outstanding, configuration.max_concurrent)

    async def answer(
        self, request: BaseRequest, path: str, suffix: str, query: Query
    ) -> StreamResponse | None:
        """Return the response of the function at a decoded path; None if there is none.

        `suffix` is the query as sent, with its question mark. Raises RequestRefusedError.
        """
        try:
            match = self._application.routes.match(path, request.method)
        except BrokenConstraintError as error:
            report_refusal(500, request.method, path, f"a route is invalid: {error}")
            return plain(500, f"A route is invalid: {error}")
        function = self._application.functions[match.route.function] if match else None
        if match is None or function is None:
            return self._in_error(request, path)
        key = given_key(request, query)
        if function.disabled and self._keys.kind(key or "") != "master":
            report_refusal(404, request.method, path, f"{function.name} is disabled by a setting")
            return empty(404)
        if not self._keys.may_pass(match.route.auth_level, key or "", function.name):
            header = request.headers.get("x-functions-key")
            reason = why_unauthorized(header, key, self._key_hint)
            report_refusal(401, request.method, path, reason)
            return empty(401)
        try:
            async with self._throttle.place():
                return await self._run(
                    request, function, match, self._url(request, path) + suffix, query
                )
        except TooManyRequestsError:
            reason = "more requests at once than maxOutstandingRequests in host.json allows"
            report_refusal(429, request.method, path, reason)
            return empty(429)

    def _url(self, request: BaseRequest, path: str) -> str:
        scheme = scheme_of(request, behind_azure=self._behind_azure)
        host = host_of(request, behind_azure=self._behind_azure)
        return f"{scheme}://{host}{encode_path(path)}"

    def not_found(self, request: BaseRequest, path: str) -> StreamResponse:
        """Reject a request that matches no function."""
        methods = _methods_at(self._application.routes, path)
        reason = why_not_found(methods, self._application.routes.templates)
        report_refusal(404, request.method, path, reason)
        return empty(404)

    def _in_error(self, request: BaseRequest, path: str) -> StreamResponse | None:
        """Return why the function at this path doesn't exist; in Azure the body is empty."""
        match = self._application.lost.match(path, request.method)
        if match is None:
            return None
        function = self._application.functions[match.route.function]
        reason = f"{function.name} is in error: {function.error}"
        report_refusal(404, request.method, path, reason)
        return plain(404, reason)

    async def _run(
        self, request: BaseRequest, function: Function, match: Match, url: str, query: Query
    ) -> StreamResponse:
        """Run a function; log its errors without returning them."""
        headers = joined_headers(
            request, behind_azure=self._behind_azure, principal=self._principal
        )
        body = await read_body(request, self._body_limit)
        if function.definition is None or function.failure:
            reason = f"{function.name} did not load: {function.failure}"
            log.error("%s", reason)
            return plain(500, reason)
        seen = FunctionRequest(
            method=request.method.upper(),
            url=url,
            headers=headers,
            params=join_values(query),
            route_params=match.values,
            body=body,
        )
        with self._limits.watch(function.name):
            return await self._send(request, function.definition, seen)

    async def _send(
        self, request: BaseRequest, definition: FunctionDefinition, seen: FunctionRequest
    ) -> StreamResponse:
        try:
            return to_response(await invoke(definition, seen), request)
        except InvocationError as error:
            log.error("%s failed\n%s", definition.name, error)  # noqa: TRY400 - it is the traceback
        except UnsendableError as error:
            log.error("%s returned a response that can't be sent: %s", definition.name, error)  # noqa: TRY400 - as above
            return closing(500) if error.closes else empty(500)
        except (Exception, asyncio.CancelledError):
            raise
        except BaseException as error:  # noqa: BLE001 - the runtime doesn't catch it either
            await hang(definition.name, error)
        return empty(500)


def _methods_at(routes: RouteTable, path: str) -> list[str]:
    try:
        return routes.methods_at(path)
    except BrokenConstraintError:
        return []
