"""Decide who may come in: programs on this machine, and no web page except our own.

Any page that a person visits can make the browser send requests to 127.0.0.1. The browser tells
where a request comes from: in `Origin` with some of them, in `Sec-Fetch-Site` with all of them.
Programs send neither. Source: https://www.w3.org/TR/fetch-metadata/
"""

import re
from collections.abc import Awaitable, Callable
from http import HTTPStatus

from aiohttp import web

HOST = re.compile(r"(127\.0\.0\.1|localhost)(:[0-9]{0,5})?", re.IGNORECASE)
OWN_SITES = frozenset({"same-origin", "none"})
"""A page of the same origin, and a person at the address bar."""
WRONG_HOST = "This server answers only to 127.0.0.1 and localhost."
FOREIGN = (
    "A page of another site made this request, so it is refused. "
    "To open this URL yourself, enter it in the browser's address bar."
)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def refusal(request: web.BaseRequest, guest_port: int | None = None) -> str:
    """Return why a request is refused: "" if it isn't. See is_guest."""
    hosts = request.headers.getall("Host", [])
    if len(hosts) != 1 or not HOST.fullmatch(hosts[0]):
        return WRONG_HOST
    if any(origin != f"http://{hosts[0]}" for origin in request.headers.getall("Origin", [])):
        return FOREIGN
    sites = request.headers.getall("Sec-Fetch-Site", [])
    if all(site in OWN_SITES for site in sites) or is_guest(request, guest_port):
        return ""
    return FOREIGN


def is_guest(request: web.BaseRequest, port: int | None) -> bool:
    """Tell whether a page on another port of this host shows, plays or links to what it gets.

    The page has to send its origin as Referer, which no other page can send.
    """
    name = request.headers.get("Host", "").partition(":")[0]
    return (
        port is not None
        and request.method == "GET"
        and request.headers.get("Sec-Fetch-Site") == "same-site"
        and request.headers.get("Referer") == f"http://{name}:{port}/"
    )


@web.middleware
async def only_from_here(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse other host names (DNS rebinding) and requests made by the pages of other sites."""
    reason = refusal(request)
    return problem(HTTPStatus.FORBIDDEN, reason) if reason else await handler(request)


def protect(response: web.StreamResponse, *, for_guest: bool = False) -> None:
    """Keep an answer from pages of other sites, also where a browser sends no Sec-Fetch-Site.

    What the answer says itself stays.
    """
    # "same-site" shuts out other ports of 127.0.0.1: Chromium knows no sites of IP addresses here.
    readers = "cross-origin" if for_guest else "same-origin"
    response.headers.setdefault("Cross-Origin-Resource-Policy", readers)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")


def problem(status: int, detail: str) -> web.Response:
    """Return an error answer in the form of RFC 9457."""
    body = {"status": status, "title": HTTPStatus(status).phrase, "detail": detail}
    return web.json_response(body, status=status, content_type="application/problem+json")
