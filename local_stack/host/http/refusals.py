"""Log the requests that the host itself rejects, one line of limited length each.

Most of these responses have no body, like those of Azure's host, so the reason goes to the log.
"""

import logging
from collections.abc import Sequence

LONGEST_METHOD = 20
LONGEST_PATH = 120
LONGEST_REASON = 400

log = logging.getLogger("host")


def report_refusal(status: int, method: str, path: str, reason: str) -> None:
    """Log one line; pass `path` without its query, which may contain a key."""
    log.warning(
        "%d %s %s: %s",
        status,
        shown(method, LONGEST_METHOD),
        shown(path, LONGEST_PATH),
        shown(reason, LONGEST_REASON),
    )


def shown(text: str, longest: int) -> str:
    """Return text shortened and without terminal control characters."""
    short = text if len(text) <= longest else text[:longest] + "..."
    return "".join(character if character.isprintable() else "?" for character in short)


def why_unauthorized(header: str | None, key: str | None, hint: str) -> str:
    """Return what is wrong with a request's key, without showing it.

    `header` is the key in the header and `key` the one that counts; `hint` is what works instead.
    """
    if header is not None:
        problem = "the x-functions-key header is invalid"
    elif key is not None:
        problem = "the code in the query is invalid"
    else:
        problem = "the x-functions-key header is missing"
    return f"{problem}; {hint}"


def why_not_found(methods: Sequence[str], routes: Sequence[str]) -> str:
    """Return why no function matches; `methods` are those of the functions at the same path."""
    if methods:
        return f"allowed methods: {' or '.join(methods)}"
    return f"no function has this path; the routes are {', '.join(routes) or 'none'}"
