"""Twilio on your machine, for any app in any language."""

__version__ = "0.1.0"
