"""`deskphone run -- COMMAND`: the phone, and an app whose Twilio SDK is intercepted."""

import argparse
import asyncio
import contextlib
import os
import shlex
import socket
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from deskphone.app import App
from deskphone.cli.options import Options, add_options, options_of
from deskphone.cli.serve import introduction, serving
from deskphone.ports import PortInUseError, url_of
from deskphone.setup.config import ConfigError
from deskphone.setup.saving import StateFileError
from deskphone.setup.state import State
from deskphone.values import ACCOUNT_SID

if TYPE_CHECKING:
    from deskphone.run.upstream import Upstreams

DESCRIPTION = """\
Run a command while deskphone answers for Twilio. Requests of the command and its children to
*.twilio.com reach the phone; all others are passed on unchanged. No line of the app changes.
"""


def main(arguments: Sequence[str]) -> int:
    """Run the command and return its exit status, or 2 if it can't be started."""
    parser = argparse.ArgumentParser(
        prog="deskphone run",
        usage="deskphone run [OPTIONS] -- COMMAND [ARGUMENTS]",
        description=DESCRIPTION,
    )
    add_options(parser)
    own, command = _split(arguments)
    parsed = parser.parse_args(own)
    if not command:
        parser.error("name the command to run, such as: deskphone run -- flask run")

    from deskphone.run.upstream import UpstreamError, upstreams_of

    try:
        upstreams = upstreams_of(os.environ)
        options = options_of(parsed)
        state = options.state()
        listener = options.listener()
    except (ConfigError, PortInUseError, StateFileError, UpstreamError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stderr.write(options.warning())
    # The app's standard output stays its own.
    with contextlib.redirect_stdout(sys.stderr):
        return asyncio.run(_run(listener, options, state, command, upstreams))


def _split(arguments: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    """Return our own arguments, and those after `--`."""
    if "--" not in arguments:
        return arguments, ()
    end = list(arguments).index("--")
    return arguments[:end], arguments[end + 1 :]


async def _run(
    listener: socket.socket,
    options: Options,
    state: State | None,
    command: Sequence[str],
    upstreams: "Upstreams",
) -> int:
    from deskphone.run.authority import Authority
    from deskphone.run.bundles import write_bundles
    from deskphone.run.child import StartError, run
    from deskphone.run.environment import environment_of
    from deskphone.run.intercepted import Intercepted
    from deskphone.run.proxy import Proxy

    async with contextlib.AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="deskphone-"))
        served = await stack.enter_async_context(serving(listener, options, state))
        authority = Authority()
        intercepted = Intercepted(served.server, authority)
        stack.push_async_callback(intercepted.close)
        proxy = Proxy(await intercepted.start(), upstreams)
        stack.push_async_callback(proxy.close)
        proxy_url = url_of(await proxy.start())
        bundles = write_bundles(Path(folder), authority.certificate, os.environ)
        environment = environment_of(os.environ, served.url, proxy_url, bundles)
        served.terminal.print(welcome(served.url, options.app, command, os.environ))
        try:
            return await run(command, environment)
        except StartError as error:
            served.terminal.print(str(error))
            return error.status


def welcome(url: str, app: App, command: Sequence[str], given: Mapping[str, str]) -> str:
    """Return the welcome text; `given` is the user's environment."""
    from deskphone.run.environment import replaced

    names = replaced(given)
    own = f"\n  Your {', '.join(names)} is replaced: only this account works here." if names else ""
    return f"""
  Phone      {url}   open it in a browser
  {introduction(app)}
  Account    {ACCOUNT_SID}, in TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN

  Requests to *.twilio.com from the command below reach this phone, not Twilio.{own}
  $ {shlex.join(command)}
"""
