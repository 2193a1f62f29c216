"""Browsers as the parties of a call: addresses such as `client:ann` (Twilio Client)."""

import re

from shared.answers.numbers import digits_of
from shared.answers.parameters import Pairs, entries_with_plus, ignored

PREFIX = "client:"
# The characters that all of Twilio's SDKs accept, and the longest identity in a token.
# Source: <Client>; access tokens.
IDENTITY = re.compile("[A-Za-z0-9_]{1,121}")


def identity_of(address: str) -> str:
    """Return the identity in `client:IDENTITY`; "" for anything else."""
    identity = address.removeprefix(PREFIX)
    return identity if identity != address and IDENTITY.fullmatch(identity) else ""


def parties(query: Pairs, name: str) -> list[str]:
    """Return the entries of a list that are `client:IDENTITY` or contain digits, as written."""
    written = entries_with_plus(query, name)
    found = [entry for entry in written if identity_of(entry) or digits_of(entry)]
    if len(found) < len(written):
        ignored(name, "is neither a phone number nor a browser, such as client:ann")
    return found
