"""Checks before anything is sent: which numbers, how often, and at what cost.

Used for sending, and for TwiML answers that dial or text.
"""
