"""Turn each HTTP request into a response."""

import logging
import os

from aiohttp.web_protocol import RequestPayloadError
from aiohttp.web_request import BaseRequest
from aiohttp.web_response import Response

from deskphone.doorkeeper import is_guest, protect, refusal
from local_stack.host.addresses import STATUS_PATH
from local_stack.host.application import Application
from local_stack.host.definitions import AuthLevel, FunctionDefinition
from local_stack.host.functions import FunctionRequest, InvocationError, invoke
from local_stack.host.http.answers import empty, plain, status_report, to_response
from local_stack.host.http.refusals import report_refusal, why_not_found, why_unauthorized
from local_stack.host.http.requests import (
    Query,
    RequestRefusedError,
    has_key,
    parse_query,
    target,
    to_function_request,
)

log = logging.getLogger("host")


class Front:
    """Responds to requests with the functions of one app."""

    def __init__(
        self, application: Application, function_key: str, phone_port: int | None = None
    ) -> None:
        """`phone_port` is the phone page's, which shows images and plays sounds."""
        self._application = application
        self._function_key = function_key
        self._phone_port = phone_port

    async def __call__(self, request: BaseRequest) -> Response:
        """Respond to a request; errors of functions and clients become responses."""
        response = await self._answer_or_refuse(request)
        protect(response, for_guest=is_guest(request, self._phone_port))
        response.headers.add("Vary", "Sec-Fetch-Site")  # browsers cache sounds
        return response

    async def _answer_or_refuse(self, request: BaseRequest) -> Response:
        try:
            return await self._answer(request)
        except RequestRefusedError as error:
            return empty(error.status)
        except (ConnectionError, RequestPayloadError):
            return empty(400)  # the body ended early: usually the client is gone

    async def _answer(self, request: BaseRequest) -> Response:
        """Route a request; the checks are in the order of the Functions host."""
        if reason := refusal(request, self._phone_port):
            return plain(403, reason)
        path, _, raw_query = target(request).partition("?")
        query = parse_query(raw_query)
        if path.lower() == STATUS_PATH:
            may_pass = self._may_pass("admin", request, query)
            return self._status() if may_pass else self._unauthorized(request, path, query)
        if not self._application.is_running:
            return plain(503, self._application.failures[0].reason)
        match = self._application.routes.match(path, request.method)
        if match is None:
            return self._not_found(request, path)
        if not self._may_pass(match.route.auth_level, request, query):
            return self._unauthorized(request, path, query)
        definition = self._application.functions.get(match.route.function)
        if definition is None:
            return self._not_loaded(request, path, match.route.function)
        return await self._run(definition, await to_function_request(request, query, match))

    def _may_pass(self, level: AuthLevel, request: BaseRequest, query: Query) -> bool:
        """Return whether the request has the key for this auth level."""
        return level == "anonymous" or has_key(request, query, self._function_key)

    def _unauthorized(self, request: BaseRequest, path: str, query: Query) -> Response:
        """Reject a request without a valid key."""
        reason = why_unauthorized(request.headers.get("x-functions-key"), query, self._function_key)
        report_refusal(401, request.method, path, reason)
        return empty(401)

    def _not_found(self, request: BaseRequest, path: str) -> Response:
        """Reject a request that matches no function."""
        methods = self._application.routes.methods_at(path)
        reason = why_not_found(methods, self._application.names)
        report_refusal(404, request.method, path, reason)
        return empty(404)

    def _not_loaded(self, request: BaseRequest, path: str, function: str) -> Response:
        """Return why a function didn't load; in Azure the body is empty."""
        reason = f"{function} did not load: {self._application.reason(function)}"
        report_refusal(500, request.method, path, reason)
        return plain(500, reason)

    async def _run(self, definition: FunctionDefinition, request: FunctionRequest) -> Response:
        """Run a function; log its errors without returning them."""
        try:
            return to_response(await invoke(definition, request))
        except InvocationError as error:
            log.error("%s failed\n%s", definition.name, error)  # noqa: TRY400 - it is the traceback
        except (ValueError, TypeError):
            log.exception("%s returned a response that can't be sent", definition.name)
        return empty(500)

    def _status(self) -> Response:
        """Return the host's status; the supervisor polls it to see that the host is up."""
        return status_report(
            running=self._application.is_running,
            functions=sorted(self._application.functions),
            errors=[
                {"function": failure.function, "reason": failure.reason}
                for failure in self._application.failures
            ],
            instance=str(os.getpid()),
        )
