"""What the terminal says when the host itself refuses a request: a line each, of bounded length.

Azure's host answers these requests without a body, so the reason has to be said somewhere.
"""

import logging
from collections.abc import Sequence

from local_stack.host.http.requests import Query

LONGEST_METHOD = 20
LONGEST_PATH = 120
LONGEST_REASON = 400

log = logging.getLogger("host")


def report_refusal(status: int, method: str, path: str, reason: str) -> None:
    """Write one line; `path` is without the query, which may hold a key."""
    log.warning(
        "%d %s %s: %s",
        status,
        shown(method, LONGEST_METHOD),
        shown(path, LONGEST_PATH),
        shown(reason, LONGEST_REASON),
    )


def shown(text: str, longest: int) -> str:
    """Return text that fits a line of the terminal and cannot steer it."""
    short = text if len(text) <= longest else text[:longest] + "..."
    return "".join(character if character.isprintable() else "?" for character in short)


def why_unauthorized(header: str | None, query: Query, function_key: str) -> str:
    """Say what is wrong with the key of a request; its own key is never shown."""
    if header is not None:
        problem = "the x-functions-key header has another key"
    elif any(name.lower() == "code" for name in query):
        problem = "the code in the query is another key"
    else:
        problem = "no x-functions-key header"
    return f"{problem}; on the desk it is `{function_key}`"


def why_not_found(methods: Sequence[str], functions: Sequence[str]) -> str:
    """Say why no function answers: `methods` are those of the functions at the same path."""
    if methods:
        return f"it takes {' or '.join(methods)}"
    return f"no such function; there are {', '.join(functions) or 'none'}"
