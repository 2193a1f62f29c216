"""How much of a request is read (docs/operate/guards.md), and its media type."""

from http import HTTPStatus

from shared.errors import TooLongError

FORM_TYPE = "application/x-www-form-urlencoded"
# The app's own callers have a handful of fields; a menu or a list of keywords has one for each.
MAX_FIELDS = 1000
# Ten media URLs of 4,000 characters and a text of 1,600, all of it percent-encoded, is 140 kB.
MAX_BODY_BYTES = 150_000
# The same in JSON, with `\ud83d\ude00` for each emoji, is 60 kB.
MAX_JSON_BYTES = 80_000
# Twilio posts some 30 fields, with ten pictures some 50; a call by an app or by SIP may add its own
# ones, of 1,024 characters together. 1,600 emoji, ten pictures and all these fields are 25 kB; what
# its add-ons find about a text or a call comes as one more field, of a few kilobytes each.
MAX_WEBHOOK_FIELDS = 150
MAX_WEBHOOK_BYTES = 40_000
# Azure's server reads a first line, with method and URL, of 8 kB. Source: Kestrel, its limits.
MAX_URL_CHARS = 8192


class UrlTooLongError(TooLongError):
    """The URL is longer than any that this app makes; it was not read."""

    status = HTTPStatus.URI_TOO_LONG

    def __init__(self, length: int) -> None:
        super().__init__(f"The URL has {length} characters; the limit is {MAX_URL_CHARS}.")


def media_type_of(content_type: str) -> str:
    """Return the media type of a Content-Type header in lower case, without its parameters."""
    return content_type.partition(";")[0].strip().lower()
