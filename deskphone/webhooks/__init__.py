"""Webhooks: the requests that Twilio makes to the app."""

from deskphone.webhooks.sender import Webhooks
from deskphone.webhooks.signature_check import TokenPlaces
from deskphone.webhooks.urls import join_url, without_password
from deskphone.webhooks.webhook import Answer, Webhook, WebhookError

__all__ = [
    "Answer",
    "TokenPlaces",
    "Webhook",
    "WebhookError",
    "Webhooks",
    "join_url",
    "without_password",
]
