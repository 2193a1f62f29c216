"""`python -m deskphone`: Twilio on this machine, for any app: the phone page and the REST API."""

import argparse
import asyncio
import socket
import sys

from deskphone.ports import PortInUseError, listen, port_of, url_of
from deskphone.values import ACCOUNT_SID, AUTH_TOKEN, HANDSETS, LINE, PHONE_PORT


def parse_arguments() -> argparse.Namespace:
    """Read the command line; 0 as a port takes any free one."""
    parser = argparse.ArgumentParser(prog="python -m deskphone", description="Run a local Twilio.")
    parser.add_argument("--port", type=int, default=PHONE_PORT, help="0 takes any free one")
    parser.add_argument("--clock", choices=["system", "manual"], default="system")
    return parser.parse_args()


def main() -> int:
    """Serve until Ctrl-C; return the exit status."""
    options = parse_arguments()
    try:
        listener = listen(options.port)
    except PortInUseError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    asyncio.run(serve(listener, options.clock))
    return 0


async def serve(listener: socket.socket, clock_kind: str) -> None:
    """Serve on a listening socket until SIGINT or SIGTERM."""
    from aiohttp import web

    from deskphone.clock import clock_of
    from deskphone.emulator import Emulator
    from deskphone.rest.faults import refuse_twilio
    from deskphone.server import application, runner_of, stop_signal
    from deskphone.terminal import Terminal

    stopped = stop_signal()
    url = url_of(port_of(listener))
    terminal = Terminal()
    emulator = Emulator(clock_of(clock_kind), url, listeners=[terminal.record_changed])
    emulator.fault_switch.subscribe(terminal.faults_changed)
    runner = runner_of(application(emulator, strikes=[refuse_twilio]))
    await runner.setup()
    await web.SockSite(runner, listener).start()
    terminal.print(welcome(url))
    await stopped.wait()
    await emulator.close()
    await runner.cleanup()


def welcome(url: str) -> str:
    """Return what to know of an emulator at this URL."""
    return f"""
  Phone      {url}   open it in a browser
  Twilio     {url}/2010-04-01/...   point your Twilio client at it

  Line       {LINE}   your app's number; people have {", ".join(HANDSETS)}
  Account    {ACCOUNT_SID}
  Token      {AUTH_TOKEN}

  Set what answers the line: on the page, under Numbers, or by the REST API.
  Nothing here reaches the real Twilio. Ctrl-C stops it.
"""


if __name__ == "__main__":
    sys.exit(main())
