"""Talk to the user's terminal: any encoding, with or without a user to answer, and Ctrl-C."""

import io
import signal
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager


def accept_any_encoding() -> None:
    """Print `?` for characters that the terminal cannot encode, instead of failing."""
    if isinstance(sys.stdout, io.TextIOWrapper):  # it is None if it was closed
        sys.stdout.reconfigure(errors="replace")


def is_interactive() -> bool:
    """Return whether a user can type; sys.stdin is None if standard input was closed."""
    return sys.stdin is not None and sys.stdin.isatty()


def answer_to(question: str) -> str:
    """Ask a question and return the line typed, "" if standard input is closed.

    Raise KeyboardInterrupt on Ctrl-C.
    """
    with _interruptible():
        try:
            return input(question)
        except (EOFError, RuntimeError):  # end of input, or it was never open
            print()
            return ""


@contextmanager
def _interruptible() -> Generator[None]:
    """Let Ctrl-C end a question.

    asyncio handles the first Ctrl-C itself and cancels the task at its next await. A blocking
    question never gets there: it would stay open, and the answer would be lost.
    """
    if threading.current_thread() is not threading.main_thread():  # only it receives signals
        yield
        return
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
