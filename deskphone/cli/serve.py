"""`deskphone serve`: an emulated Twilio for any app, with a phone page and the REST API."""

import argparse
import asyncio
import contextlib
import socket
import sys
from collections.abc import AsyncGenerator, Sequence
from typing import TYPE_CHECKING

from deskphone.app import App
from deskphone.cli.options import Options, add_options, options_of
from deskphone.ports import PortInUseError, port_of, url_of
from deskphone.setup.config import ConfigError
from deskphone.setup.saving import Saving, StateFileError
from deskphone.setup.state import State, restore, state_of
from deskphone.values import ACCOUNT_SID, AUTH_TOKEN, HANDSETS, LINE

if TYPE_CHECKING:
    from aiohttp import web

    from deskphone.terminal import Terminal


class Served:
    """A running emulator: its URL, its HTTP server and its terminal."""

    def __init__(self, url: str, server: "web.Server", terminal: "Terminal") -> None:
        self.url = url
        self.server = server
        self.terminal = terminal


def main(arguments: Sequence[str]) -> int:
    """Serve until Ctrl-C and return the exit status."""
    parser = argparse.ArgumentParser(
        prog="deskphone serve", description="Run a local Twilio and the phone page."
    )
    add_options(parser)
    parsed = parser.parse_args(arguments)
    try:
        options = options_of(parsed)
        state = options.state()
        listener = options.listener()
    except (ConfigError, PortInUseError, StateFileError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stderr.write(options.warning())
    asyncio.run(_serve(listener, options, state))
    return 0


async def _serve(listener: socket.socket, options: Options, state: State | None) -> None:
    """Serve on a listening socket until SIGINT or SIGTERM."""
    from deskphone.server import stop_signal

    stopped = stop_signal()
    async with serving(listener, options, state) as served:
        served.terminal.print(welcome(served.url, options.app))
        await stopped.wait()


@contextlib.asynccontextmanager
async def serving(
    listener: socket.socket, options: Options, state: State | None
) -> AsyncGenerator[Served]:
    """Serve on a listening socket until the end of the block. `state` is that of an earlier run."""
    from aiohttp import web

    from deskphone.clock import clock_of
    from deskphone.emulator import Emulator
    from deskphone.rest.faults import refuse_twilio
    from deskphone.server import application, runner_of
    from deskphone.sound.espeak import speaker_of
    from deskphone.terminal import Terminal

    url = url_of(port_of(listener), options.local_host)
    terminal = Terminal()
    emulator = Emulator(
        clock_of(options.clock),
        url,
        options.app,
        listeners=[terminal.record_changed],
        speaker=speaker_of(options.clock),
    )
    emulator.fault_switch.subscribe(terminal.faults_changed)
    store, account = emulator.store, emulator.account
    if state is not None:
        restore(state, store, account)
        emulator.add_numbers()
    saving = options.persist and Saving(
        options.persist, lambda: state_of(store, account), terminal.print
    )
    served = application(emulator, injectors=[refuse_twilio], allowed_names=options.allowed_names)
    runner = runner_of(served)
    try:
        await runner.setup()
        await web.SockSite(runner, listener).start()
        if saving:
            saving.start()
        if runner.server is None:
            raise RuntimeError("the server wasn't set up")
        yield Served(url, runner.server, terminal)
    finally:
        await emulator.close()
        await runner.cleanup()
        if saving:
            await saving.close()


def welcome(url: str, app: App) -> str:
    """Return the welcome text for an emulator at this URL."""
    return f"""
  Phone      {url}   open it in a browser
  Twilio     {url}/2010-04-01/...   point your Twilio client at it

  {introduction(app)}
  Account    {ACCOUNT_SID}
  Token      {AUTH_TOKEN}

  Set your app's webhook URLs on the page, under Numbers, in deskphone.toml, or with the REST API.
  To run an app without changing its code: deskphone run -- COMMAND
  Nothing is sent to the real Twilio. Press Ctrl-C to stop.
"""


def introduction(app: App) -> str:
    """Return a line with the account's numbers and the handsets."""
    numbers = dict.fromkeys([LINE, *(number["phone_number"] for number in app.numbers)])
    people = [f"{number} ({name})" if name else number for number, name in app.people]
    handsets = ", ".join(people or HANDSETS)
    whose = "your app's number" if len(numbers) == 1 else "your app's numbers"
    return f"Line       {', '.join(numbers)}   {whose}; the handsets are {handsets}"
