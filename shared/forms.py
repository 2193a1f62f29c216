"""Forms in the bodies of requests: their media type and how many fields are worth reading."""

FORM_TYPE = "application/x-www-form-urlencoded"
# Twilio's requests have some 30 fields, those of the app's own callers a handful.
MAX_FIELDS = 1000


def media_type_of(content_type: str) -> str:
    """The media type of a Content-Type header, in lower case and without its parameters."""
    return content_type.partition(";")[0].strip().lower()
