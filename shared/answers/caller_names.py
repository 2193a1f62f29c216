"""The name of a caller in a text."""

import re

from shared.phone_numbers import is_withheld

# How much of a caller's address a text includes.
MAX_CALLER_CHARS = 40


def caller_name(caller: str) -> str:
    """Return a caller's name for a text: a number as it is, or "" if nothing is left.

    A withheld number, which Twilio reports as `anonymous` or the like, has no name.
    Callers choose anything else (`sip:alice@example.com`, `client:alice`) themselves, and phones
    turn what looks like a link into one. So keep only letters, digits, `+`, `-` and `_` of the
    first 40 characters, and replace the rest with spaces: `sip alice example com`.
    """
    if is_withheld(caller):
        return ""
    return re.sub("[^A-Za-z0-9+_-]+", " ", caller[:MAX_CALLER_CHARS]).strip()
