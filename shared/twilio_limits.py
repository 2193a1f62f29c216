"""Twilio's limits for one text message, however it is sent."""

MAX_BODY_CHARS = 1600
MAX_MEDIA = 10
