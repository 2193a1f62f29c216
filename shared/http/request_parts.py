"""How much of a request is read (docs/guards.md), and its media type."""

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


def media_type_of(content_type: str) -> str:
    """Return the media type of a Content-Type header in lower case, without its parameters."""
    return content_type.partition(";")[0].strip().lower()
