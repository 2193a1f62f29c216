"""Webhooks: the requests that Twilio makes to the app."""

from emulator.webhooks.sender import Webhooks
from emulator.webhooks.signature_check import TokenPlaces
from emulator.webhooks.urls import join_url, without_password
from emulator.webhooks.webhook import Answer, Webhook, WebhookError

__all__ = [
    "Answer",
    "TokenPlaces",
    "Webhook",
    "WebhookError",
    "Webhooks",
    "join_url",
    "without_password",
]
