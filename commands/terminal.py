"""The terminal that a command talks to: any encoding, perhaps nobody who can answer, and Ctrl-C."""

import io
import signal
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager


def accept_any_encoding() -> None:
    """Print `?` for what the terminal's encoding lacks, instead of ending with an error."""
    if isinstance(sys.stdout, io.TextIOWrapper):  # None where it was closed
        sys.stdout.reconfigure(errors="replace")


def is_somebody_there() -> bool:
    """Whether somebody can type; without an open standard input Python has none."""
    return sys.stdin is not None and sys.stdin.isatty()


def answer_to(question: str) -> str:
    """Ask, and return the line that is typed, "" where there is nobody to type.

    Raise KeyboardInterrupt on Ctrl-C.
    """
    with _interruptible():
        try:
            return input(question)
        except (EOFError, RuntimeError):  # the input has ended, or was never open
            print()
            return ""


@contextmanager
def _interruptible() -> Generator[None]:
    """Let Ctrl-C end a question.

    asyncio takes the first Ctrl-C for itself and ends the task where it next waits. A question
    is no such place: it would stay, and its answer would be lost half-way through a change.
    """
    if threading.current_thread() is not threading.main_thread():  # only it hears of signals
        yield
        return
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
