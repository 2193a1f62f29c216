"""Twilio's limits for one text message."""

MAX_BODY_CHARS = 1600
MAX_MEDIA = 10
# The largest picture that Twilio sends; other files may have 500 kB.
MAX_MEDIA_BYTES = 5 * 1024 * 1024
