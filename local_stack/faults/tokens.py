"""The auth token after a rotation."""

import hashlib

LENGTH = 32
"""Hexadecimal digits of one of Twilio's auth tokens."""


def rotated_token(seed: int) -> str:
    """Return the auth token that the fault "rotated" puts in the place of the usual one."""
    return hashlib.sha256(f"auth token {seed}".encode()).hexdigest()[:LENGTH]
