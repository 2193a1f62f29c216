"""When a function ends the process, answer what is in flight first, as Azure's host does.

There the functions run in a process of their own. When it ends, the host answers the running
requests with 500 and starts another one. Here the host itself ends, and its supervisor starts it
again; connections wait in the listening socket meanwhile.
"""

import asyncio
import logging
import os
import sys
from collections.abc import Callable
from contextlib import suppress

log = logging.getLogger("host")
WORKER_ENDED = 70
"""The exit status of a host that ends because of a time limit."""


def end_worker(status: int, reason: str, answer_all: Callable[[], None]) -> None:
    """Log why, answer the requests in flight with `answer_all`, and end this process."""
    log.critical("%s. In Azure, a new worker starts. Here, the host restarts", reason)
    with suppress(Exception):  # it ends in any case
        answer_all()
    for stream in (sys.stdout, sys.stderr):
        with suppress(Exception):
            stream.flush()
    _exit(status)


def answer_before_exit(answer_all: Callable[[], None]) -> None:
    """Make `os._exit` in a function answer the requests in flight before it ends the process."""

    host = os.getpid()

    def exit_after_answers(status: int) -> None:
        if os.getpid() != host:  # a forked child ends so, and has the host's connections open
            _exit(status)
        end_worker(status, f"a function called os._exit({status})", answer_all)

    os._exit = exit_after_answers  # pyright: ignore[reportAttributeAccessIssue] # it never returns


async def hang(function: str, error: BaseException) -> None:
    """Wait without end, as Azure's worker does after an exception that is no Exception."""
    log.critical(
        "%s raised %s, which isn't a subclass of Exception. As in Azure, the request hangs until "
        "functionTimeout ends the worker",
        function,
        type(error).__name__,
    )
    await asyncio.Event().wait()


_exit = os._exit
