"""`deskphone`: run the subcommand that the first argument names."""

import difflib
import importlib
import sys
from collections.abc import Callable, Mapping, Sequence

from deskphone import __version__

COMMANDS: Mapping[str, tuple[str, str]] = {
    "serve": ("deskphone.cli.serve", "run a local Twilio and the phone page (the default)"),
    "run": (
        "deskphone.cli.run",
        "run your app, with its Twilio SDK intercepted: run -- COMMAND",
    ),
    "text": ("deskphone.cli.text", "send a text to a number of a running deskphone"),
    "call": ("deskphone.cli.call", "call a number of a running deskphone and press keys"),
    "lint": ("deskphone.cli.lint", "check a TwiML file"),
    "coverage": ("deskphone.cli.coverage", "list the TwiML and REST resources that are emulated"),
    "compare": ("deskphone.compare.command", "compare the emulator with your Twilio account"),
}
"""The module of each command, which has `main(arguments)`, and what the command does."""
WIDTH = max(map(len, COMMANDS)) + 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return the exit status. `arguments` default to the command line's."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    first = given[0] if given else ""
    if first in ("-h", "--help"):
        sys.stdout.write(usage())
        return 0
    if first == "--version":
        sys.stdout.write(f"deskphone {__version__}\n")
        return 0
    if first in COMMANDS:
        return _main_of(first)(given[1:])
    if first and not first.startswith("-"):
        sys.stderr.write(unknown(first))
        return 2
    return _main_of("serve")(given)


def usage() -> str:
    """Return the help for all commands."""
    lines = [f"  {name:{WIDTH}}{meaning}" for name, (_, meaning) in COMMANDS.items()]
    return "\n".join(
        [
            "usage: deskphone [COMMAND] [OPTIONS]\n",
            "Twilio on your machine, for any app.\n",
            *lines,
            "\nTo see a command's options: deskphone COMMAND --help\n",
        ]
    )


def unknown(name: str) -> str:
    """Return what to say about a command that doesn't exist."""
    near = difflib.get_close_matches(name, COMMANDS, 1)
    advice = f"Did you mean {near[0]!r}?" if near else "To see all commands: deskphone --help"
    return f"Unknown command {name!r}. {advice}\n"


def _main_of(name: str) -> Callable[[Sequence[str]], int]:
    """Return a command's function. Only its own modules are loaded, so that it starts quickly."""
    found: Callable[[Sequence[str]], int] = importlib.import_module(COMMANDS[name][0]).main
    return found
