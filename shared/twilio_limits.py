"""Twilio's limits for one text message."""

MAX_BODY_CHARS = 1600
MAX_MEDIA = 10
