"""The host's front: one HTTP request in, one answer out."""

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
    """Answers requests with the functions of one app."""

    def __init__(
        self, application: Application, function_key: str, phone_port: int | None = None
    ) -> None:
        """`phone_port` is that of the phone page, which shows pictures and plays sounds."""
        self._application = application
        self._function_key = function_key
        self._phone_port = phone_port

    async def __call__(self, request: BaseRequest) -> Response:
        """Answer a request; no error of a function or of a client gets past this."""
        response = await self._answer_or_refuse(request)
        protect(response, for_guest=is_guest(request, self._phone_port))
        response.headers.add("Vary", "Sec-Fetch-Site")  # a browser keeps sounds
        return response

    async def _answer_or_refuse(self, request: BaseRequest) -> Response:
        try:
            return await self._answer(request)
        except RequestRefusedError as error:
            return empty(error.status)
        except (ConnectionError, RequestPayloadError):
            return empty(400)  # the body ended early: most often nobody is there to read this

    async def _answer(self, request: BaseRequest) -> Response:
        """Decide what a request is for; the order of the checks is that of the Functions host."""
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
        """Tell whether the request has the key for a door of this auth level."""
        return level == "anonymous" or has_key(request, query, self._function_key)

    def _unauthorized(self, request: BaseRequest, path: str, query: Query) -> Response:
        """Refuse a request without the right key."""
        reason = why_unauthorized(request.headers.get("x-functions-key"), query, self._function_key)
        report_refusal(401, request.method, path, reason)
        return empty(401)

    def _not_found(self, request: BaseRequest, path: str) -> Response:
        """Refuse a request that no function takes."""
        methods = self._application.routes.methods_at(path)
        reason = why_not_found(methods, self._application.names)
        report_refusal(404, request.method, path, reason)
        return empty(404)

    def _not_loaded(self, request: BaseRequest, path: str, function: str) -> Response:
        """Say why a function does not run; in the cloud the body is empty."""
        reason = f"{function} did not load: {self._application.reason(function)}"
        report_refusal(500, request.method, path, reason)
        return plain(500, reason)

    async def _run(self, definition: FunctionDefinition, request: FunctionRequest) -> Response:
        """Run a function; when it fails, only the terminal learns why."""
        try:
            return to_response(await invoke(definition, request))
        except InvocationError as error:
            log.error("%s failed\n%s", definition.name, error)  # noqa: TRY400 - it is the traceback
        except (ValueError, TypeError):
            log.exception("%s gave an answer that cannot be sent", definition.name)
        return empty(500)

    def _status(self) -> Response:
        """Say what runs; the supervisor asks for this to learn that the host is up."""
        return status_report(
            running=self._application.is_running,
            functions=sorted(self._application.functions),
            errors=[
                {"function": failure.function, "reason": failure.reason}
                for failure in self._application.failures
            ],
            instance=str(os.getpid()),
        )
