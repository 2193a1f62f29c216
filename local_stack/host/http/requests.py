"""HTTP requests, turned into what a function sees."""

import re
from urllib.parse import urlsplit

from aiohttp.web_request import BaseRequest

from deskphone.silence import SilentBodyError, no_long_silence
from local_stack.host.addresses import LOCAL_NAMES
from local_stack.host.functions import FunctionRequest
from local_stack.host.http.queries import Query, join_values
from local_stack.host.http.routes import Match

PORT = re.compile("[0-9]{0,5}")
MAX_BODY_BYTES = 100 * 1024 * 1024  # the limit of Azure Functions


class RequestRefusedError(Exception):
    """The server refuses a request before any function sees it. `status` is the answer."""

    def __init__(self, status: int) -> None:
        super().__init__(f"refused with {status}")
        self.status = status


def is_local(request: BaseRequest) -> bool:
    """Tell whether the request names this machine, so that no web page can rebind a name to it."""
    hosts = request.headers.getall("Host", [])
    if len(hosts) != 1:
        return False
    name, _, port = hosts[0].lower().partition(":")
    return name in LOCAL_NAMES and bool(PORT.fullmatch(port))


def is_from_another_site(request: BaseRequest) -> bool:
    """Tell whether a web page of another origin makes the request: its key is no secret here.

    Azure's host answers such requests; on the desk they would let any page use the app.
    """
    origin = request.headers.get("Origin")
    return origin is not None and origin != f"http://{request.headers.get('Host')}"


def target(request: BaseRequest) -> str:
    """Return path and query exactly as they were sent."""
    raw = request.raw_path
    if raw.startswith("/"):
        return raw
    # A proxy's form, `GET http://127.0.0.1/path`: the path is what counts.
    parts = urlsplit(raw)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def joined_headers(request: BaseRequest) -> dict[str, str]:
    """Return the headers with names in lower case, repeated ones joined with commas.

    Raises RequestRefusedError for bytes that are not UTF-8, as Azure's server does.
    """
    headers: dict[str, str] = {}
    for name, value in request.headers.items():
        name = name.lower()
        headers[name] = f"{headers[name]},{value}" if name in headers else value
    try:
        "".join(headers.values()).encode()
    except UnicodeEncodeError as error:
        raise RequestRefusedError(400) from error
    return headers


async def read_body(request: BaseRequest) -> bytes:
    """Return the body if there is a Content-Length; a chunked body arrives empty, as on Azure."""
    length = request.content_length or 0
    if length > MAX_BODY_BYTES:
        raise RequestRefusedError(413)
    if length == 0:
        return b""
    if request.headers.get("Expect", "").lower() == "100-continue":
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        # These bytes are not part of the answer; without this an error could not be answered.
        request.writer.output_size = 0
    try:
        with no_long_silence(request.content):
            return await request.content.read()
    except SilentBodyError as error:
        raise RequestRefusedError(408) from error


async def to_function_request(request: BaseRequest, query: Query, match: Match) -> FunctionRequest:
    """Return the request as the function sees it; raise RequestRefusedError."""
    headers = joined_headers(request)
    return FunctionRequest(
        method=request.method,
        url=f"http://{headers['host']}{target(request)}",
        headers=headers,
        params=join_values(query),
        route_params=match.values,
        body=await read_body(request),
    )
