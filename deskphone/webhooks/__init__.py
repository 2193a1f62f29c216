"""Webhooks: the signed requests that Twilio makes to the app, and what came back.

For the line and the emulator. It knows neither calls nor texts.
"""
