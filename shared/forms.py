"""The bodies of requests: the media type of forms, and how much is worth reading."""

FORM_TYPE = "application/x-www-form-urlencoded"
# Twilio's requests have some 30 fields, those of the app's own callers a handful.
MAX_FIELDS = 1000
# Ten media URLs of 4,000 characters and a text of 1,600, all of it percent-encoded, is 140 kB;
# Twilio's requests have a few kilobytes.
MAX_BODY_BYTES = 256_000


def media_type_of(content_type: str) -> str:
    """The media type of a Content-Type header, in lower case and without its parameters."""
    return content_type.partition(";")[0].strip().lower()
