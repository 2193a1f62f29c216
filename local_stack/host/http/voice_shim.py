"""Add the emulator's script to web pages, so that Twilio's Voice SDK in them calls the emulator.

The script connects the SDK, which only knows Twilio's own hosts, with the emulator. It has to run
before the SDK, so it becomes the first one of a page. A page's Content-Security-Policy gets the
emulator's address, too. Only pages that a browser opens change; programs get what the function
returned.
"""

import re
import secrets

from aiohttp.web_request import BaseRequest
from aiohttp.web_response import Response, StreamResponse

from deskphone.doorkeeper import HOST

SCRIPT = "/voice-shim.js"
PAGES = frozenset({"document", "iframe"})
"""The destinations of requests for pages. Source: https://www.w3.org/TR/fetch-metadata/"""
POLICY = "Content-Security-Policy"
CHARSETS = ("", "utf-8", "us-ascii", "iso-8859-1", "windows-1252")
BEGINNING = re.compile(
    rb"""(?:\xef\xbb\xbf)?(?:\s|<!--(?:-?>|.*?--!?>)|<!doctype[^>]*>
    |<(?:html|head)(?:\s(?:"[^"]*"|'[^']*'|[^>"'])*)?>)*+""",
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)
"""Everything before the first thing in a page's head: its tags, and blanks and comments."""
WIDE = (b"\xff\xfe", b"\xfe\xff")
"""How a page in UTF-16 begins."""
DYNAMIC = "'strict-dynamic'"
"""Trusts a script by its nonce or hash, whatever hosts are listed."""


def add_voice_shim(request: BaseRequest, response: StreamResponse, port: int | None) -> None:
    """Add the script on a port of the host that the page comes from, if this is a page."""
    host = HOST.fullmatch(request.headers.get("Host", ""))
    if (
        port is None
        or host is None
        or request.headers.get("Sec-Fetch-Dest") not in PAGES
        or not isinstance(response, Response)
        or not isinstance(response.body, bytes)
        or not response.body
        or response.body.startswith(WIDE)
        or response.content_type != "text/html"
        or (response.charset or "").lower() not in CHARSETS
        or "Content-Encoding" in response.headers
    ):
        return
    emulator = f"//{host[1]}:{port}"
    policies = response.headers.get(POLICY, "")
    nonce = secrets.token_urlsafe(16) if DYNAMIC in policies.lower() else ""
    page = with_script(response.body, f"http:{emulator}{SCRIPT}", nonce)
    response.body = page
    if "Content-Length" in response.headers:
        response.headers["Content-Length"] = str(len(page))
    if POLICY in response.headers:
        origins = f"http:{emulator}", f"ws:{emulator}"
        response.headers[POLICY] = ", ".join(
            allowing(policy, *origins, nonce) for policy in policies.split(",")
        )


def with_script(page: bytes, url: str, nonce: str = "") -> bytes:
    """Return a page with a script before all others: in its head, or else at the beginning."""
    beginning = BEGINNING.match(page)
    at = beginning.end() if beginning else 0
    allowed = f' nonce="{nonce}"' if nonce else ""
    script = f'<script src="{url}"{allowed}></script>'
    return page[:at] + script.encode() + page[at:]


def allowing(policy: str, web: str, socket: str, nonce: str = "") -> str:
    """Return a policy that also allows the emulator's script, its sounds and its WebSocket.

    `web` and `socket` are origins, such as http://127.0.0.1:7072 and ws://127.0.0.1:7072. `nonce`
    allows the script in a policy that trusts no hosts.
    """
    directives: dict[str, list[str]] = {}
    for part in policy.split(";"):
        name, *sources = part.split() or [""]
        if name:
            directives.setdefault(name.lower(), sources)  # of two, the first counts
    needed = {"script-src": [web], "connect-src": [web, socket], "media-src": [web]}
    if "script-src-elem" in directives:
        needed["script-src-elem"] = needed.pop("script-src")
    for name, origins in needed.items():
        sources = directives.get(name, directives.get("default-src"))
        if sources is not None:
            kept = [source for source in sources if source.lower() != "'none'"]
            is_dynamic = web in origins and DYNAMIC in map(str.lower, kept)
            trusted = [f"'nonce-{nonce}'"] if nonce and is_dynamic else []
            directives[name] = kept + origins + trusted
    return "; ".join(" ".join((name, *sources)) for name, sources in directives.items())
