"""Access control: allow programs on this machine, and no web pages except our own.

Any page that a person visits can make the browser send requests to 127.0.0.1. The browser reports
where a request comes from: `Origin` in some requests, `Sec-Fetch-Site` in all of them. Programs
send neither. Source: https://www.w3.org/TR/fetch-metadata/
"""

import re
from collections.abc import Awaitable, Callable
from http import HTTPStatus

from aiohttp import web

HOST = re.compile(r"(127\.0\.0\.1|localhost)(:[0-9]{0,5})?", re.IGNORECASE)
OWN_SITES = frozenset({"same-origin", "none"})
"""A page of the same origin, and a URL typed into the address bar."""
WRONG_HOST = "This server answers only to 127.0.0.1 and localhost."
OTHER_SITE = (
    "This request was refused because it came from a page on another site. "
    "To open this URL yourself, type it into the browser's address bar."
)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def refusal(request: web.BaseRequest, guest_port: int | None = None) -> str:
    """Return why a request is refused, or "" if it is allowed. See `is_guest`."""
    hosts = request.headers.getall("Host", [])
    if len(hosts) != 1 or not HOST.fullmatch(hosts[0]):
        return WRONG_HOST
    if any(origin != f"http://{hosts[0]}" for origin in request.headers.getall("Origin", [])):
        return OTHER_SITE
    sites = request.headers.getall("Sec-Fetch-Site", [])
    if all(site in OWN_SITES for site in sites) or is_guest(request, guest_port):
        return ""
    return OTHER_SITE


def is_guest(request: web.BaseRequest, port: int | None) -> bool:
    """Whether a page on another port of this host shows, plays or links to this resource.

    The page has to send its origin as the Referer, which no other page can fake.
    """
    name = request.headers.get("Host", "").partition(":")[0]
    return (
        port is not None
        and request.method == "GET"
        and request.headers.get("Sec-Fetch-Site") == "same-site"
        and request.headers.get("Referer") == f"http://{name}:{port}/"
    )


@web.middleware
async def refuse_other_sites(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse other host names (DNS rebinding) and requests from pages on other sites."""
    reason = refusal(request)
    return problem(HTTPStatus.FORBIDDEN, reason) if reason else await handler(request)


def protect(response: web.StreamResponse, *, for_guest: bool = False) -> None:
    """Hide a response from pages on other sites, even in browsers that send no Sec-Fetch-Site.

    Headers that the response already has are kept.
    """
    # "same-site" would block other ports of 127.0.0.1: for Chromium, an IP address isn't a site
    # here.
    readers = "cross-origin" if for_guest else "same-origin"
    response.headers.setdefault("Cross-Origin-Resource-Policy", readers)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")


def problem(status: int, detail: str) -> web.Response:
    """Return an error response in the format of RFC 9457."""
    body = {"status": status, "title": HTTPStatus(status).phrase, "detail": detail}
    return web.json_response(body, status=status, content_type="application/problem+json")
