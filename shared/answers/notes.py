"""Notes: warnings about a request's parameters, each logged once, up to a maximum per request.

A parameter may be repeated a hundred times, and a URL may contain a hundred others. The log must
not grow with that.
"""

import logging
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar

MAX_NOTES = 10

Note = tuple[str, tuple[object, ...]]

_written: ContextVar[set[Note] | None] = ContextVar("_written", default=None)


def note(log: logging.Logger, text: str, *arguments: str) -> None:
    """Log a warning, unless this request has already logged it or has logged MAX_NOTES."""
    written = _written.get()
    if written is not None:
        if len(written) == MAX_NOTES or (text, arguments) in written:
            return
        written.add((text, arguments))
    log.warning(text, *arguments)


@contextmanager
def of_one_request() -> Generator[None]:
    """Count the notes in this `with` block as those of one request."""
    token = _written.set(set())
    try:
        yield
    finally:
        _written.reset(token)
