"""Access control: allow programs on this machine, and no web pages except our own.

Any page that a person visits can make the browser send requests to 127.0.0.1. The browser reports
where a request comes from: `Origin` in some requests, `Sec-Fetch-Site` in all of them. Programs
send neither. Source: https://www.w3.org/TR/fetch-metadata/
"""

import re
from collections.abc import Awaitable, Callable, Collection
from http import HTTPStatus

from aiohttp import web
from aiohttp.typedefs import Middleware

HOST = re.compile(r"(127\.0\.0\.1|localhost|\[::1\]|[A-Za-z0-9.-]+)(:[0-9]{0,5})?")
OWN_NAMES = frozenset({"127.0.0.1", "localhost", "[::1]"})
OWN_SITES = frozenset({"same-origin", "none"})
"""A page of the same origin, and a URL typed into the address bar."""
WRONG_HOST = "The Host header must be 127.0.0.1, localhost or [::1], because this server is local."
OTHER_SITE = (
    "This request was refused because it came from a page on another site. "
    "To open this URL yourself, type it into the browser's address bar."
)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def refusal(
    request: web.BaseRequest,
    guest_port: int | None = None,
    allowed_names: Collection[str] = (),
    *,
    for_any_page: bool = False,
) -> str:
    """Return why a request is refused, or "" if it is allowed. See `is_guest`.

    `allowed_names` are host names, in lower case, besides this machine's own. `for_any_page` lets
    the pages of other sites in.
    """
    hosts = request.headers.getall("Host", [])
    named = HOST.fullmatch(hosts[0]) if len(hosts) == 1 else None
    if named is None or named[1].lower() not in {*OWN_NAMES, *allowed_names}:
        return WRONG_HOST
    if for_any_page:
        return ""
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
    named = HOST.fullmatch(request.headers.get("Host", ""))
    name = named[1] if named else ""
    return (
        port is not None
        and request.method == "GET"
        and request.headers.get("Sec-Fetch-Site") == "same-site"
        and request.headers.get("Referer") == f"http://{name}:{port}/"
    )


def refuse_others(
    allowed_names: Collection[str],
    answer: Callable[[web.Request, str], web.Response],
    is_for_any_page: Callable[[str], bool] = lambda path: False,
) -> Middleware:
    """Return a middleware that refuses other host names (DNS rebinding) and other sites' pages.

    `answer` makes the response for a refused request and the reason. `is_for_any_page` says whether
    the pages of other sites may use a path.
    """

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        is_open = is_for_any_page(request.path)
        reason = refusal(request, allowed_names=allowed_names, for_any_page=is_open)
        return answer(request, reason) if reason else await handler(request)

    return middleware


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
