"""Turn HTTP requests into what a function sees."""

import re
from collections.abc import Mapping
from itertools import chain
from urllib.parse import unquote_to_bytes, urlsplit

from aiohttp.http import HttpVersion10, HttpVersion11
from aiohttp.web_request import BaseRequest

from local_stack.host.http.refused import RequestRefusedError

ESCAPES = re.compile("(?:%[0-9a-fA-F]{2})+")
SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*")

# Kestrel's limits
MAX_REQUEST_LINE_BYTES = 8 * 1024
FRAME_BYTES = len("  HTTP/1.1\r\n")
MAX_HEADER_BYTES = 32 * 1024
MAX_HEADERS = 100

# App Service sets these headers for people whom it has signed in, and removes those that clients
# send. https://learn.microsoft.com/azure/app-service/configure-authentication-user-identities
SIGN_IN_HEADERS = "x-ms-client-principal"

Query = Mapping[str, list[str]]


def check_version(request: BaseRequest) -> None:
    """Raise RequestRefusedError for a version that Kestrel doesn't serve, but aiohttp does."""
    if request.version < HttpVersion10:
        raise RequestRefusedError(400, "the request line has no version")
    if request.version > HttpVersion11:
        raise RequestRefusedError(505, "the version is neither HTTP/1.0 nor HTTP/1.1")


def check_size(request: BaseRequest) -> None:
    """Raise RequestRefusedError for a request line or headers that are too long for Kestrel."""
    if len(request.method) + len(request.raw_path) > MAX_REQUEST_LINE_BYTES - FRAME_BYTES:
        raise RequestRefusedError(414, "the request line is too long")
    headers = request.raw_headers
    size = sum(map(len, chain.from_iterable(headers))) + len(": \r\n") * len(headers)
    if len(headers) > MAX_HEADERS or size > MAX_HEADER_BYTES:
        raise RequestRefusedError(431, "the headers are too long, or there are too many")


def target(request: BaseRequest) -> str:
    """Return the path and query exactly as sent; raise RequestRefusedError for another host's."""
    raw = request.raw_path
    if raw.startswith("/"):
        if not raw.isascii():
            raise RequestRefusedError(400, "the path has characters that aren't escaped")
        return raw
    if raw == "*" or request.method == "CONNECT":
        return raw  # no function has such a path
    # A proxy's form, `GET http://127.0.0.1/path`: only the path matters.
    parts = urlsplit(raw)
    if parts.netloc.lower() != request.headers.get("Host", "").lower():
        raise RequestRefusedError(400, "the URL and the Host header name different hosts")
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def scheme_of(request: BaseRequest, *, behind_azure: bool) -> str:
    """Return the scheme of `req.url`; raise RequestRefusedError for one that is invalid.

    Azure's front end tells it in X-Forwarded-Proto; elsewhere that header has no effect.
    """
    given = request.headers.getall("X-Forwarded-Proto", ()) if behind_azure else ()
    if not given:
        return "http"
    if not SCHEME.fullmatch(given[0]):
        raise RequestRefusedError(500, "X-Forwarded-Proto is not a valid scheme", closes=False)
    return given[0]


def host_of(request: BaseRequest, *, behind_azure: bool) -> str:
    """Return the host of `req.url`, which Azure's front end tells in Disguised-Host."""
    disguised = request.headers.get("Disguised-Host") if behind_azure else None
    return disguised or request.headers["Host"]


def given_key(request: BaseRequest, query: Query) -> str | None:
    """Return the key of a request; None without one.

    It is in the header `x-functions-key`, or in the query as `code` in any case.
    """
    given = request.headers.get("x-functions-key")
    if given is not None:
        return given
    codes = (value for name, values in query.items() if name.lower() == "code" for value in values)
    return next(codes, None)


def parse_query(query: str) -> Query:
    """Return the values of each name, in order; names are case-insensitive.

    A name has its second spelling, if it comes twice. Escapes that aren't UTF-8 stay as sent.
    """
    values: dict[str, list[str]] = {}
    spellings: dict[str, str] = {}
    for pair in query.split("&"):
        if not pair:
            continue
        name, _, value = pair.partition("=")
        name = decode(name)
        lower = name.lower()
        values.setdefault(lower, []).append(decode(value))
        if len(values[lower]) <= 2:
            spellings[lower] = name
    return {spellings[lower]: found for lower, found in values.items()}


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


def joined_headers(
    request: BaseRequest, *, behind_azure: bool, principal: str = ""
) -> dict[str, str]:
    """Return the headers with lower-case names, repeated ones joined with commas.

    `principal` is the ID of the person who is signed in, if any. Raises RequestRefusedError for
    bytes that are not UTF-8, as Azure's server does.
    """
    headers: dict[str, str] = {f"{SIGN_IN_HEADERS}-id": principal} if principal else {}
    for name, value in request.headers.items():
        name = name.lower()
        if name.startswith(SIGN_IN_HEADERS):
            continue
        headers[name] = f"{headers[name]},{value}" if name in headers else value
    try:
        "".join(headers.values()).encode()
    except UnicodeEncodeError as error:
        raise RequestRefusedError(400, "a header is not UTF-8") from error
    headers["host"] = host_of(request, behind_azure=behind_azure)
    return headers
