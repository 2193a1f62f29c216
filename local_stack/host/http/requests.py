"""Turn HTTP requests into what a function sees."""

import hmac
import re
from collections.abc import Mapping
from urllib.parse import unquote_to_bytes, urlsplit

from aiohttp.web_request import BaseRequest

from deskphone.bad_requests import BodyTimeoutError, body_timeout
from local_stack.host.functions import FunctionRequest
from local_stack.host.http.routes import Match

ESCAPES = re.compile("(?:%[0-9a-fA-F]{2})+")
MAX_BODY_BYTES = 100 * 1024 * 1024  # the limit of Azure Functions

Query = Mapping[str, list[str]]


class RequestRefusedError(Exception):
    """The server rejects a request with `status` before it reaches a function."""

    def __init__(self, status: int) -> None:
        super().__init__(f"refused with {status}")
        self.status = status


def target(request: BaseRequest) -> str:
    """Return the path and query exactly as sent."""
    raw = request.raw_path
    if raw.startswith("/"):
        return raw
    # A proxy's form, `GET http://127.0.0.1/path`: only the path matters.
    parts = urlsplit(raw)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def has_key(request: BaseRequest, query: Query, function_key: str) -> bool:
    """Return whether a request has the function key, valid for levels `function` and `admin`.

    The key is in the header `x-functions-key`, or in the query as `code` in any case.
    """
    codes = (value for name, values in query.items() if name.lower() == "code" for value in values)
    given = request.headers.get("x-functions-key")
    given = given if given is not None else next(codes, "")
    # Bytes, because compare_digest rejects non-ASCII text.
    return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), function_key.encode())


def parse_query(query: str) -> Query:
    """Return the values of each name, in order; names are case-insensitive.

    The first spelling of a name is kept. Escapes that aren't UTF-8 stay as sent.
    """
    values: dict[str, list[str]] = {}
    spellings: dict[str, str] = {}
    for pair in query.split("&"):
        if not pair:
            continue
        name, _, value = pair.partition("=")
        name = decode(name)
        name = spellings.setdefault(name.lower(), name)
        values.setdefault(name, []).append(decode(value))
    return values


def decode(text: str) -> str:
    """Decode `+` to a space and percent escapes to characters."""
    return ESCAPES.sub(decode_run, text.replace("+", " "))


def decode_run(found: re.Match[str]) -> str:
    """Decode a run of escapes if it is UTF-8."""
    try:
        return unquote_to_bytes(found[0]).decode()
    except UnicodeDecodeError:
        return found[0]


def join_values(query: Query) -> dict[str, str]:
    """Return one string for each name: its non-empty values joined with commas.

    Source: GrpcMessageConversionExtensions.cs in Azure/azure-functions-host.
    """
    joined = {name: ",".join(filter(None, values)) for name, values in query.items()}
    return {name: value for name, value in joined.items() if value}


def joined_headers(request: BaseRequest) -> dict[str, str]:
    """Return the headers with lower-case names, repeated ones joined with commas.

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
    if request.content.is_eof():  # it arrived together with the headers
        return await request.content.read()
    if request.headers.get("Expect", "").lower() == "100-continue":
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        # These bytes aren't part of the response; without this an error could not be sent.
        request.writer.output_size = 0
    try:
        with body_timeout(request.content):
            return await request.content.read()
    except BodyTimeoutError as error:
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
