"""Browsers as the parties of a call: addresses such as `client:ann` (Twilio Client)."""

import re

PREFIX = "client:"
# The characters that all of Twilio's SDKs accept, and the longest identity in a token.
# Source: <Client>; access tokens.
IDENTITY = re.compile("[A-Za-z0-9_]{1,121}")


def identity_of(address: str) -> str:
    """Return the identity in `client:IDENTITY`; "" for anything else."""
    identity = address.removeprefix(PREFIX)
    return identity if identity != address and IDENTITY.fullmatch(identity) else ""
