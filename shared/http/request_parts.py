"""The parts of a request, as sent: path and query, media type, and how long each may be.

`req.url` is never taken apart by urllib: its host comes from a header and may be anything. The
limits are explained in docs/guards.md.
"""

from http import HTTPStatus

from shared.errors import TooLongError

FORM_TYPE = "application/x-www-form-urlencoded"
# Twilio's requests have some 30 fields, those of the app's own callers a handful.
MAX_FIELDS = 1000
# Ten media URLs of 4,000 characters and a text of 1,600, all of it percent-encoded, is 140 kB;
# Twilio's requests have a few kilobytes.
MAX_BODY_BYTES = 256_000
# Azure's server reads a first line, with method and URL, of 8 kB. Source: Kestrel, its limits.
MAX_URL_CHARS = 8192


class UrlTooLongError(TooLongError):
    """The URL is longer than any that this app makes; it was not read."""

    status = HTTPStatus.URI_TOO_LONG

    def __init__(self, length: int) -> None:
        super().__init__(f"the URL has {length} characters; up to {MAX_URL_CHARS} are taken")


def path_and_query(url: str) -> str:
    """Return path and query of an absolute URL, or of one that begins with a slash, as sent."""
    without_fragment = url.partition("#")[0]
    if "://" not in without_fragment.partition("?")[0]:
        return without_fragment
    after_scheme = without_fragment.partition("://")[2]
    host = after_scheme.partition("?")[0].partition("/")[0]
    return after_scheme[len(host) :] or "/"


def query_of(url: str) -> str:
    """Return the query of a URL as sent, without its question mark."""
    return url.partition("#")[0].partition("?")[2]


def media_type_of(content_type: str) -> str:
    """Return the media type of a Content-Type header in lower case, without its parameters."""
    return content_type.partition(";")[0].strip().lower()
