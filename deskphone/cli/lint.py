"""`deskphone lint FILE`: check a TwiML file as Twilio would."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from deskphone.terminal import Terminal

STANDARD_INPUT = "-"


def main(arguments: Sequence[str]) -> int:
    """Print each problem; return 1 if there is an error and 2 if a file can't be read."""
    parser = argparse.ArgumentParser(
        prog="deskphone lint",
        description=(
            "Check TwiML files. Prints Twilio's errors and warnings with their numbers, and the "
            "verbs that the emulator lacks. The exit status is 1 if there are errors."
        ),
    )
    parser.add_argument("files", nargs="+", metavar="FILE", help="a file, or - for standard input")
    parser.add_argument(
        "--for",
        dest="kind",
        choices=["call", "text"],
        help="what the TwiML answers (default: a text if there is a <Message>, or else a call)",
    )
    options = parser.parse_args(arguments)
    return max(_lint(file, options.kind) for file in options.files)


def _lint(file: str, kind: str | None) -> int:
    from deskphone.cli.problems import problems_of

    try:
        is_input = file == STANDARD_INPUT
        text = sys.stdin.buffer.read() if is_input else Path(file).read_bytes()
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        sys.stderr.write(f"Can't read {file}: {reason}. Check the path.\n")
        return 2
    found = problems_of(text, "text" if kind == "text" else "call" if kind else None)
    for problem in found:
        line, column = problem.place
        name = f"{problem.level} {problem.code}" if problem.code else "not emulated"
        Terminal.print(f"{file}:{line}:{column}: {name}: {problem.message}")
    return int(any(problem.level == "error" for problem in found))
