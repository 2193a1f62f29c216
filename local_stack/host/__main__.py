"""`python -m local_stack.host --root DIR (--fd N | --port N) --function-key KEY`."""

import argparse
import asyncio
import contextlib
import logging
import os
import signal
import socket
import sys
from pathlib import Path
from typing import NamedTuple

from local_stack.host.addresses import LOOPBACK
from local_stack.host.app.application import Application, load_application
from local_stack.host.host import Host
from local_stack.host.logs import configure_logging
from local_stack.host.parent import Ending, end_with_parent
from local_stack.host.worker.functions import start_runtime
from local_stack.host.worker.packages import use_app_paths


class Options(NamedTuple):
    """The command line."""

    root: Path
    fd: int | None
    port: int
    function_key: str


def parse_arguments() -> Options:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m local_stack.host")
    parser.add_argument("--root", type=Path, required=True, help="the app's folder")
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--fd", type=int, help="an inherited listening socket")
    source.add_argument("--port", type=int, help="a port of 127.0.0.1")
    parser.add_argument("--function-key", required=True)
    options = parser.parse_args()
    return Options(options.root.resolve(), options.fd, options.port, options.function_key)


def open_listener(options: Options) -> socket.socket:
    """Return the inherited socket, or one on the given port."""
    if options.fd is not None:
        return socket.socket(fileno=options.fd)
    return socket.create_server((LOOPBACK, options.port))


async def serve(application: Application, options: Options, listener: socket.socket) -> None:
    """Serve until the parent exits or requests shutdown."""
    loop = asyncio.get_running_loop()
    ending = Ending()
    end_with_parent(loop, ending)
    with contextlib.suppress(NotImplementedError):  # Windows has no signal handlers here
        loop.add_signal_handler(signal.SIGTERM, ending.hurry)
        loop.add_signal_handler(signal.SIGINT, ending.hurry)
    host = Host(application, options.root, os.environ, options.function_key)
    await host.serve(listener, ending)


def main() -> int:
    """Run the host; return its exit status."""
    options = parse_arguments()
    listener = open_listener(options)
    configure_logging()
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr] # show prints immediately
    os.chdir(options.root)  # as in Azure
    use_app_paths(options.root)
    start_runtime()
    application = load_application(options.root, os.environ)
    try:
        asyncio.run(serve(application, options, listener))
    except SystemExit as error:
        logging.getLogger("host").critical("a function ended the host: sys.exit(%s)", error.code)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
