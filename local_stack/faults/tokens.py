"""The auth token after a rotation."""

import hashlib

LENGTH = 32
"""The number of hexadecimal digits in a Twilio auth token."""


def rotated_token(seed: int) -> str:
    """Return the auth token that replaces the usual one during the fault "rotated"."""
    return hashlib.sha256(f"auth token {seed}".encode()).hexdigest()[:LENGTH]
