"""Webhooks: the requests that Twilio makes to the app."""
