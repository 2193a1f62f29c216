"""`python -m local_stack`: start the local stack.

Starts the host before any slow import, so that the host and the emulator load in parallel.
"""

import argparse
import contextlib
import os
import sys
from pathlib import Path
from typing import NamedTuple

from deskphone.ports import PortInUseError, listen, port_of, url_of
from deskphone.values import PHONE_PORT
from local_stack.folder import is_ours
from local_stack.supervision.host_environment import (
    SETTINGS_FILE,
    HostEnvironmentError,
    default_port,
    host_environment,
    settings_warnings,
)
from local_stack.supervision.host_process import HostProcess, start_host
from local_stack.values import (
    BROWSER_CALLS,
    FUNCTION_KEY,
    FUNCTIONS_PORT,
    host_settings,
    settings_of_other_apps,
)

CALLED_IN = "DEV_PY_FOLDER"
"""The variable with the folder in which dev.py was called; it runs commands in another one."""


class Options(NamedTuple):
    """The command line."""

    root: Path
    port: int
    phone_port: int
    clock: str
    settings_file: str


def parse_arguments() -> Options:
    """Parse the command line; port 0 means any free port, even for both."""
    parser = argparse.ArgumentParser(
        prog="python3 dev.py start", description="Run the local stack."
    )
    parser.add_argument("--root", type=Path, default=Path.cwd(), help="the app's folder")
    parser.add_argument("--port", type=int, help="port of the functions")
    parser.add_argument("--phone-port", type=int, default=PHONE_PORT, help="port of the phone page")
    parser.add_argument("--clock", choices=["system", "manual"], default="system")
    parser.add_argument(
        "--settings",
        help=f"settings file in the app's folder; default {SETTINGS_FILE}, '' for none",
    )
    options = parser.parse_args()
    root: Path = (Path(os.environ.get(CALLED_IN, "")) / options.root).resolve()
    if not os.access(root, os.R_OK | os.X_OK) or not root.is_dir():
        parser.error(f"--root: {options.root} is not a folder, or not one that you can read")
    if options.settings and not (root / options.settings).is_file():
        parser.error(f"--settings: there is no file {root / options.settings}")
    settings_file = SETTINGS_FILE if options.settings is None else options.settings
    port: int | None = options.port
    if port is None:
        port = default_port(root, settings_file, FUNCTIONS_PORT)
    if port and port == options.phone_port:
        parser.error("--port and --phone-port must differ")
    return Options(root, port, options.phone_port, options.clock, settings_file)


def main() -> int:
    """Run until Ctrl-C; return the exit status."""
    options = parse_arguments()
    try:
        functions = listen(options.port)
        phone = listen(options.phone_port, option="--phone-port")
        twilio = listen(0)
    except PortInUseError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    # Get the port now: on Windows, starting the host closes the listener.
    port = port_of(functions)
    urls = [url_of(number) for number in (port, port_of(phone), port_of(twilio))]

    def environment() -> dict[str, str]:
        files = options.root, options.settings_file
        if is_ours(options.root):
            settings = host_settings(*urls)
            return host_environment(os.environ, files[0], settings, files[1], BROWSER_CALLS)
        others = settings_of_other_apps(urls[0], urls[1])
        return host_environment(os.environ, files[0], {}, files[1], others)

    early: HostProcess | None = None
    # The supervisor reports an invalid settings file on the page.
    with contextlib.suppress(HostEnvironmentError):
        early = start_host(
            root=options.root,
            listener=functions,
            port=port,
            environment=environment(),
            function_key=FUNCTION_KEY,
        )

    import asyncio

    from local_stack.stack import Stack

    stack = Stack(
        root=options.root,
        clock_kind=options.clock,
        functions=functions,
        functions_port=port,
        phone=phone,
        twilio=twilio,
        environment=environment,
        warnings=lambda: settings_warnings(options.root, options.settings_file),
        early=early,
    )
    return asyncio.run(stack.run())


if __name__ == "__main__":
    sys.exit(main())
