"""Turn each HTTP request into a response: what the host does around the functions."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from aiohttp.web_protocol import RequestPayloadError
from aiohttp.web_request import BaseRequest
from aiohttp.web_response import Response, StreamResponse

from deskphone.doorkeeper import is_guest, protect, refusal
from local_stack.host.addresses import LOCAL_NAMES, REPORT_PATH
from local_stack.host.admin.endpoints import Endpoints, as_json
from local_stack.host.admin.home import home_page, is_wanted
from local_stack.host.admin.status import Status
from local_stack.host.app.application import Application
from local_stack.host.http.answers import SERVER_NAME, closing, empty, is_old, not_running, plain
from local_stack.host.http.cors import read_cors
from local_stack.host.http.dispatch import Dispatcher
from local_stack.host.http.refused import RequestRefusedError
from local_stack.host.http.requests import (
    Query,
    check_size,
    check_version,
    given_key,
    parse_query,
    target,
)
from local_stack.host.http.voice_shim import add_voice_shim
from local_stack.host.routing.paths import PathError, decode_path

PHONE_URL = "LOCAL_STACK_URL"


class Front:
    """Responds to requests with the functions and the endpoints of one app."""

    def __init__(
        self,
        application: Application,
        dispatcher: Dispatcher,
        endpoints: Endpoints,
        *,
        settings: Mapping[str, str],
        behind_azure: bool,
        report_key: str,
    ) -> None:
        """`report_key` opens the supervisor's report."""
        self._application = application
        self._dispatcher = dispatcher
        self._endpoints = endpoints
        self._report_key = report_key
        self._status = Status(application)
        self._cors = read_cors(settings)
        self._behind_azure = behind_azure
        self._phone_url = settings.get(PHONE_URL, "")
        # The phone page shows images and plays sounds of the functions; its port has the script
        # for Twilio's Voice SDK.
        self._phone_port = port_in(self._phone_url)
        self._has_home_page = is_wanted(settings)

    async def __call__(self, request: BaseRequest) -> StreamResponse:
        """Respond to a request; errors of functions and clients become responses."""
        try:
            response = await self._answer(request)
        except RequestRefusedError as error:
            response = closing(error.status) if error.closes else empty(error.status)
        except (ConnectionError, RequestPayloadError):
            response = empty(400)  # the body ended early: usually the client is gone
        self._add_headers(request, response)
        if is_old(request):
            response.force_close()
        return response

    def _add_headers(self, request: BaseRequest, response: StreamResponse) -> None:
        """Add the headers of host.json, CORS, and for browsers those that protect this server."""
        for name, value in self._application.configuration.headers.items():
            response.headers[name] = value
        for name, value in self._cors.headers(request).items():
            response.headers[name] = value
        value = self._application.configuration.hsts
        if value and self._is_secure(request):
            response.headers["Strict-Transport-Security"] = value
        if is_browser(request):
            if not self._cors.allowed_origin(request):
                protect(response, for_guest=is_guest(request, self._phone_port))
            response.headers.add("Vary", "Sec-Fetch-Site")  # browsers cache sounds

    def _is_secure(self, request: BaseRequest) -> bool:
        forwarded = request.headers.get("X-Forwarded-Proto", "")
        name = request.headers.get("Host", "").partition(":")[0]
        return self._behind_azure and forwarded == "https" and name not in LOCAL_NAMES

    async def _answer(self, request: BaseRequest) -> StreamResponse:
        """Route a request; the checks are in the order of the Functions host."""
        check_version(request)
        allowed = self._cors.allowed_origin(request)
        if not allowed and (reason := refusal(request, self._phone_port)):
            return plain(403, reason)
        if self._cors.is_preflight(request):
            return empty(204, self._cors.preflight_headers(request))
        check_size(request)
        raw_path, mark, raw_query = target(request).partition("?")
        try:
            path = decode_path(raw_path)
        except PathError as error:
            raise RequestRefusedError(400, "the path has an encoded NUL") from error
        query = parse_query(raw_query)
        if path == REPORT_PATH:
            return self._report(request, query)
        built_in = await self._endpoints.answer(request, path, query)
        if built_in is not None:
            return built_in
        return await self._function(request, path, mark + raw_query, query)

    async def _function(
        self, request: BaseRequest, path: str, suffix: str, query: Query
    ) -> StreamResponse:
        """Return the response of a function, of the home page, or that there is none."""
        if self._application.down:
            if path.lower().startswith("/admin/"):
                return empty(404)
            return not_running()
        found = await self._dispatcher.answer(request, path, suffix, query)
        if found is not None:
            add_voice_shim(request, found, self._phone_port)
            return found
        if path == "/":
            return self._home()
        return self._dispatcher.not_found(request, path)

    def _home(self) -> Response:
        if not self._has_home_page:
            return empty(204)
        running = [one.name for one in self._application.functions.values() if not one.reason]
        headers = {"Server": SERVER_NAME, "Content-Type": "text/html"}
        page = home_page(running, self._phone_url)
        return Response(headers=headers, body=page.encode())

    def _report(self, request: BaseRequest, query: Query) -> Response:
        """Return the report that the supervisor asks for to see that the host is up."""
        is_ours = given_key(request, query) == self._report_key
        return as_json(self._status.report()) if is_ours else empty(404)


def port_in(url: str) -> int | None:
    """Return the port in a URL; None if it has none or the app's own setting is no URL."""
    try:
        return urlsplit(url).port
    except ValueError:
        return None


def is_browser(request: BaseRequest) -> bool:
    """Return whether a web browser sent the request; programs need no protective headers."""
    agent = request.headers.get("User-Agent", "")
    return "Sec-Fetch-Site" in request.headers or agent.startswith("Mozilla/")
