"""Notes: what the log says about the parameters of a request, each once, and not too many.

A parameter may be there a hundred times, and an address may lead to a hundred others: what the log
says about them must not grow with that.
"""

import logging
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar

MAX_NOTES = 10

Note = tuple[str, tuple[object, ...]]

_written: ContextVar[set[Note] | None] = ContextVar("_written", default=None)


def note(log: logging.Logger, text: str, *arguments: str) -> None:
    """Write a warning, unless the same request has it already or has MAX_NOTES of them."""
    written = _written.get()
    if written is not None:
        if len(written) == MAX_NOTES or (text, arguments) in written:
            return
        written.add((text, arguments))
    log.warning(text, *arguments)


@contextmanager
def of_one_request() -> Generator[None]:
    """What is noted in this `with` statement is about one request."""
    token = _written.set(set())
    try:
        yield
    finally:
        _written.reset(token)
