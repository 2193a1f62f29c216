"""Webhooks: the signed requests from Twilio to the app, and the responses.

Used by the line and the emulator. It knows nothing about calls and texts.
"""
