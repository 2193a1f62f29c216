"""What a text calls the person who calls."""

import re

# As much of an address as a text about it should hold.
MAX_CALLER_CHARS = 40


def caller_name(caller: str) -> str:
    """Return how a text names a caller: a number as it is, "" where nothing is left.

    Anything else (`sip:alice@example.com`, `client:alice`) is chosen by who calls, and a phone
    makes links of what looks like one. So of the first 40 characters only letters, digits, `+`,
    `-` and `_` are told, with a blank for what stood between them: `sip alice example com`.
    """
    return re.sub("[^A-Za-z0-9+_-]+", " ", caller[:MAX_CALLER_CHARS]).strip()
