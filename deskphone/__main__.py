"""`python -m deskphone`: an emulated Twilio for any app, with a phone page and the REST API."""

import argparse
import asyncio
import socket
import sys
from collections.abc import Collection

from deskphone.ports import PortInUseError, listen, port_of, url_of
from deskphone.values import ACCOUNT_SID, AUTH_TOKEN, HANDSETS, LINE, PHONE_PORT


def parse_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m deskphone",
        description="Run a local Twilio, or compare it with your account: compare --help",
    )
    parser.add_argument(
        "--port",
        type=int,
        default=PHONE_PORT,
        help="port to listen on; 0 picks a free one (default: %(default)s)",
    )
    parser.add_argument(
        "--allow-host",
        action="append",
        default=[],
        metavar="NAME",
        help="a host name for this machine that requests and pages with the Voice SDK may use "
        "besides 127.0.0.1; repeatable",
    )
    parser.add_argument(
        "--clock",
        choices=["system", "manual"],
        default="system",
        help="manual time only moves when a test advances it",
    )
    return parser.parse_args()


def main() -> int:
    """Run until Ctrl-C and return the exit status."""
    if sys.argv[1:2] == ["compare"]:
        from deskphone.compare.command import main as compare

        return compare(sys.argv[2:])
    options = parse_arguments()
    try:
        listener = listen(options.port)
    except PortInUseError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    names = [name.lower() for name in options.allow_host]
    asyncio.run(serve(listener, options.clock, names))
    return 0


async def serve(
    listener: socket.socket, clock_kind: str, allowed_names: Collection[str] = ()
) -> None:
    """Serve on a listening socket until SIGINT or SIGTERM."""
    from aiohttp import web

    from deskphone.clock import clock_of
    from deskphone.emulator import Emulator
    from deskphone.rest.faults import refuse_twilio
    from deskphone.server import application, runner_of, stop_signal
    from deskphone.sound.espeak import speaker_of
    from deskphone.terminal import Terminal

    stopped = stop_signal()
    url = url_of(port_of(listener))
    terminal = Terminal()
    emulator = Emulator(
        clock_of(clock_kind),
        url,
        listeners=[terminal.record_changed],
        speaker=speaker_of(clock_kind),
    )
    emulator.fault_switch.subscribe(terminal.faults_changed)
    served = application(emulator, injectors=[refuse_twilio], allowed_names=allowed_names)
    runner = runner_of(served)
    await runner.setup()
    await web.SockSite(runner, listener).start()
    terminal.print(welcome(url))
    await stopped.wait()
    await emulator.close()
    await runner.cleanup()


def welcome(url: str) -> str:
    """Return the welcome text for an emulator at this URL."""
    return f"""
  Phone      {url}   open it in a browser
  Twilio     {url}/2010-04-01/...   point your Twilio client at it

  Line       {LINE}   your app's number; the handsets are {", ".join(HANDSETS)}
  Account    {ACCOUNT_SID}
  Token      {AUTH_TOKEN}

  Set your app's webhook URLs on the page, under Numbers, or with the REST API.
  Nothing is sent to the real Twilio. Press Ctrl-C to stop.
"""


if __name__ == "__main__":
    sys.exit(main())
