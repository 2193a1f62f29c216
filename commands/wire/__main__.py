"""`python -m commands.wire`: point the calls and texts of a Twilio number at this app.

Shows each address as it is and as it will be, asks, writes down what was there, changes it through
Twilio's API, and reads it back. Exit status: 0 when the number is as asked for, 1 when it is not,
2 for wrong usage.
"""

import asyncio
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from commands.azd import azd_values
from commands.errors import CommandError
from commands.settings_file import read_settings
from commands.terminal import accept_any_encoding
from commands.wire.change import undo, wire
from commands.wire.number import Numbers
from commands.wire.options import AZD, Options, number_of, read_options
from commands.wire.screen import sentence_of
from commands.wire.web_addresses import App
from shared.clients import Clients
from shared.clock import SystemClock
from shared.config.settings import Settings
from shared.errors import AppError, InvalidRequestError

ROOT = Path(__file__).resolve().parents[2]
INTERRUPTED = 130  # what shells say of a program that Ctrl-C has ended


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; return the exit status."""
    accept_any_encoding()
    options = read_options(arguments)
    # What goes wrong is said once, in the command's own words.
    logging.getLogger("shared").addHandler(logging.NullHandler())
    try:
        return asyncio.run(_with_clients(options))
    except KeyboardInterrupt:
        print("\nwire: interrupted", file=sys.stderr)
        return INTERRUPTED
    except (AppError, CommandError, OSError) as error:
        print(f"wire: {sentence_of(error, from_azd=options.from_azd)}", file=sys.stderr)
        if not options.from_azd:
            return _exit_status(error)
        print(f"The app is deployed. To point a number at it, fix this and run: {AZD}")
        return 0


async def _with_clients(options: Options) -> int:
    values = (
        {**os.environ, **{name: value for name, value in azd_values().items() if value}}
        if options.from_azd
        else read_settings(os.environ, root=ROOT, file=options.settings)
    )
    clients = Clients(values, SystemClock())
    try:
        clients.settings.require(*clients.settings.rest_secrets)
        return await _change(options, Numbers(clients.account), clients.settings)
    finally:
        await clients.close()


async def _change(options: Options, numbers: Numbers, settings: Settings) -> int:
    digits, name = number_of(options, settings)
    if options.undo:
        return await undo(options, numbers, digits, name)
    url = options.url or settings.public_url or _url_of_azd(options)
    app = App.at(url, ROOT, has_local_stack=bool(settings.local_stack_url))
    return await wire(options, numbers, digits, name, app)


def _url_of_azd(options: Options) -> str:
    """Return the app's address as azd knows it; raise CommandError when it does not."""
    values = {} if options.from_azd else azd_values()
    if values.get("PUBLIC_URL"):
        return values["PUBLIC_URL"]
    raise CommandError(
        "where is the app? Give its address as in: --url https://….azurewebsites.net",
        exit_status=2,
    )


def _exit_status(error: Exception) -> int:
    if isinstance(error, CommandError):
        return error.exit_status
    return 2 if isinstance(error, InvalidRequestError) else 1


if __name__ == "__main__":
    sys.exit(main())
