"""The web page of GetSoftphone, and the files that it loads."""

import hashlib
import re
from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import azure.functions as func

from shared.config.settings import Settings
from shared.errors import NotFoundError

FOLDER, PAGE = "page", "softphone.html"
# A file with its version in the name never changes.
_SCRIPT = re.compile(r"[a-z]+(?:-[a-z]+)*-[0-9]+(?:\.[0-9]+)*\.js")
_FOREVER = "public, max-age=31536000, immutable"

# What the SDK requests: signaling, reports on calls, and sounds. The hosts depend on the region.
# Source: "Content Security Policy" in the Voice SDK's documentation.
_TWILIO = "https://*.twilio.com"
_SIGNALING = "wss://*.twilio.com"


def file_response(req: func.HttpRequest, function: str, config: Settings) -> func.HttpResponse:
    """Return the page, or the script that the route parameter `file` names.

    The files are in the folder `page` beside the module `function`.
    Raise NotFoundError unless CLIENT_SOFTPHONE is on, and for any other file.
    """
    if not config.client_softphone:
        raise NotFoundError("This page is turned off. To turn it on, set CLIENT_SOFTPHONE to true.")
    folder = Path(function).with_name(FOLDER)
    name = req.route_params.get("file") or ""
    if name:
        return func.HttpResponse(
            _script(folder, name), mimetype="text/javascript", headers={"Cache-Control": _FOREVER}
        )
    if req.url.partition("?")[0].endswith("/"):
        # The page's own links are relative to the folder that it's in.
        return func.HttpResponse(status_code=308, headers={"Location": "../GetSoftphone"})
    page, headers = _page(folder)
    return func.HttpResponse(page, mimetype="text/html", headers=dict(headers))


@cache
def _page(folder: Path) -> tuple[bytes, Mapping[str, str]]:
    """Return the page and the headers that allow it nothing but what it needs."""
    page = (folder / PAGE).read_bytes()
    return page, {
        "Cache-Control": "no-cache",
        "Content-Security-Policy": content_policy(page),
        "Permissions-Policy": "microphone=(self)",
        "Referrer-Policy": "same-origin",
    }


@cache
def _script(folder: Path, name: str) -> bytes:
    """Return a script of the page; raise NotFoundError for any other name."""
    path = folder / name
    if not _SCRIPT.fullmatch(name) or not path.is_file():
        raise NotFoundError("The page has no such file.")
    return path.read_bytes()


def content_policy(page: bytes) -> str:
    """Return the Content-Security-Policy of a page: its own scripts and styles, and Twilio."""
    return "; ".join(
        (
            "default-src 'none'",
            " ".join(("script-src 'self'", *_hashes(page, b"script"))),
            " ".join(("style-src", *_hashes(page, b"style"))),
            f"connect-src 'self' {_TWILIO} {_SIGNALING}",
            f"media-src {_TWILIO}",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    )


def _hashes(page: bytes, element: bytes) -> list[str]:
    """Return the sources of a page's inline elements of this kind, which have no attributes."""
    contents = (part.partition(b"</%s>" % element)[0] for part in page.split(b"<%s>" % element)[1:])
    return [
        f"'sha256-{b64encode(hashlib.sha256(content).digest()).decode()}'" for content in contents
    ]
