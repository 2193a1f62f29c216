"""Access control: allow programs on this machine, and no web pages except our own.

Any page that a person visits can make the browser send requests to 127.0.0.1. The browser reports
where a request comes from: `Origin` in some requests, `Sec-Fetch-Site` in all of them. Programs
send neither. Source: https://www.w3.org/TR/fetch-metadata/
"""

import re
from collections.abc import Awaitable, Callable, Collection
from http import HTTPStatus
from typing import Literal
from urllib.parse import urlsplit

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
ONLY_LOCAL = (
    "Only pages at 127.0.0.1 or localhost may use this. To allow another host name, start the "
    "emulator with python -m deskphone --allow-host NAME."
)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Pages = Literal["own", "local", "any"]
"""Whose pages may use a path: our own, those of this machine's host names, or everyone's."""


def refusal(
    request: web.BaseRequest,
    guest_port: int | None = None,
    allowed_names: Collection[str] = (),
    pages: Pages = "own",
) -> str:
    """Return why a request is refused, or "" if it is allowed. See `is_guest`.

    `allowed_names` are host names, in lower case, besides this machine's own. `pages` are let in.
    """
    names = {*OWN_NAMES, *allowed_names}
    hosts = request.headers.getall("Host", [])
    named = HOST.fullmatch(hosts[0]) if len(hosts) == 1 else None
    if named is None or named[1].lower() not in names:
        return WRONG_HOST
    if pages == "any":
        return ""
    origins = request.headers.getall("Origin", [])
    if pages == "local" and origins:
        return "" if all(_name(origin) in names for origin in origins) else ONLY_LOCAL
    if any(origin != f"http://{hosts[0]}" for origin in origins):
        return OTHER_SITE
    sites = request.headers.getall("Sec-Fetch-Site", [])
    if all(site in OWN_SITES for site in sites) or is_guest(request, guest_port):
        return ""
    return OTHER_SITE


def _name(origin: str) -> str:
    """Return the host name of a page's origin, or "" if it has none."""
    try:
        host = urlsplit(origin).hostname or ""
    except ValueError:
        return ""
    return f"[{host}]" if ":" in host else host


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
    pages_of: Callable[[str], Pages] = lambda path: "own",
) -> Middleware:
    """Return a middleware that refuses other host names (DNS rebinding) and other sites' pages.

    `answer` makes the response for a refused request and the reason. `pages_of` says whose pages
    may use a path.
    """

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        pages = pages_of(request.path)
        reason = refusal(request, allowed_names=allowed_names, pages=pages)
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
