"""Twilio on your machine, for any app in any language."""
