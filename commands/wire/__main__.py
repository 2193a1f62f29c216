"""`python -m commands.wire`: point a number's calls and texts, or a TwiML app, at this app.

Shows the old and new addresses, asks for confirmation, saves the old ones, changes the number
through Twilio's API, and reads it back. Exit status: 0 if the number is now as requested, 1 if
not, 2 for incorrect usage.
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
from commands.wire.application import Applications, undo_application, wire_application
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
INTERRUPTED = 130  # the shell convention for a program ended by Ctrl-C


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    accept_any_encoding()
    options = read_options(arguments)
    # The command prints its own error; don't log it as well.
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
        print(f"The app is deployed. To point a number at it, fix this, then run: {AZD}")
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
        if options.browser_calls:
            return await _change_app(options, Applications(clients.account), clients.settings)
        return await _change(options, Numbers(clients.account), clients.settings)
    finally:
        await clients.close()


async def _change(options: Options, numbers: Numbers, settings: Settings) -> int:
    digits, name = number_of(options, settings)
    if options.undo:
        return await undo(options, numbers, digits, name)
    return await wire(options, numbers, digits, name, _app(options, settings))


async def _change_app(options: Options, applications: Applications, settings: Settings) -> int:
    sid = settings.twiml_app_sid
    if options.undo:
        return await undo_application(options, applications, sid)
    return await wire_application(options, applications, sid, _app(options, settings))


def _app(options: Options, settings: Settings) -> App:
    url = options.url or settings.public_url or _url_of_azd(options)
    return App.at(url, ROOT, has_local_stack=bool(settings.local_stack_url))


def _url_of_azd(options: Options) -> str:
    """Return the app's address from azd; raise CommandError if azd doesn't know it."""
    values = {} if options.from_azd else azd_values()
    if values.get("PUBLIC_URL"):
        return values["PUBLIC_URL"]
    raise CommandError(
        "the app's address is missing. Pass it with --url https://….azurewebsites.net",
        exit_status=2,
    )


def _exit_status(error: Exception) -> int:
    if isinstance(error, CommandError):
        return error.exit_status
    return 2 if isinstance(error, InvalidRequestError) else 1


if __name__ == "__main__":
    sys.exit(main())
