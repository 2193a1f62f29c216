"""Size limits for requests (docs/operate/guards.md), and the media type."""

from http import HTTPStatus

from shared.errors import TooLongError

FORM_TYPE = "application/x-www-form-urlencoded"
# The app's own callers send a few fields; a menu or a list of keywords has one per entry.
MAX_FIELDS = 1000
# Ten media URLs of 4,000 characters and a text of 1,600, all percent-encoded, take 140 kB.
MAX_BODY_BYTES = 150_000
# In JSON they take 60 kB, with `\ud83d\ude00` for each emoji.
MAX_JSON_BYTES = 80_000
# Twilio posts about 30 fields, or 50 with ten pictures; a call from an app or by SIP may add its
# own, up to 1,024 characters in all. 1,600 emoji, ten pictures and all these fields are 25 kB.
# Twilio's add-ons put what they find into one more field, of a few kilobytes each.
MAX_WEBHOOK_FIELDS = 150
MAX_WEBHOOK_BYTES = 40_000
# Azure's server reads at most 8 kB of request line (method and URL). Source: Kestrel limits.
MAX_URL_CHARS = 8192


class UrlTooLongError(TooLongError):
    """The URL is longer than any that this app creates; it was not parsed."""

    status = HTTPStatus.URI_TOO_LONG

    def __init__(self, length: int) -> None:
        super().__init__(f"The URL has {length} characters; the limit is {MAX_URL_CHARS}.")


def media_type_of(content_type: str) -> str:
    """Return the media type in a Content-Type header, in lower case and without parameters."""
    return content_type.partition(";")[0].strip().lower()
