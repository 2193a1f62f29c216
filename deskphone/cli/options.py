"""Options that `serve` and `run` have in common."""

import argparse
import ipaddress
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from deskphone.app import NO_APP, App
from deskphone.ports import LOOPBACK, listen
from deskphone.setup.config import config_of
from deskphone.setup.saving import load
from deskphone.setup.state import State
from deskphone.values import PHONE_PORT

OWN_ADDRESSES = (LOOPBACK, "localhost")
ALL_ADDRESSES = "0.0.0.0"  # noqa: S104 - only used if the command line asks for it
EXPOSED = (
    "Warning: listening on {host}. Anyone who can reach this machine's port {port} can read the "
    "texts and calls, and use the emulated account: its credentials are public.\n"
)
NAMELESS = (
    "Requests from other machines are refused unless you allow the host name in their URL: "
    "--allow-host NAME.\n"
)


@dataclass(frozen=True)
class Options:
    """Where to listen, on which clock, and which host names requests may use.

    `app` has the numbers and people of deskphone.toml. `persist` is the file that keeps the state.
    """

    host: str = LOOPBACK
    port: int = PHONE_PORT
    clock: str = "system"
    allowed_names: Sequence[str] = ()
    app: App = NO_APP
    persist: Path | None = None

    def listener(self) -> socket.socket:
        """Return the listening socket; raise PortInUseError."""
        return listen(self.port, host=self.host)

    @property
    def local_host(self) -> str:
        """The address that programs on this machine use."""
        return LOOPBACK if self.host == ALL_ADDRESSES else self.host

    def state(self) -> State | None:
        """Return the state of an earlier run, or None; raise StateFileError."""
        return None if self.persist is None else load(self.persist)

    def warning(self) -> str:
        """Return what to say about an address that other machines reach, or ""."""
        if self.host in OWN_ADDRESSES or _is_loopback(self.host):
            return ""
        is_nameless = {*self.allowed_names} <= {ALL_ADDRESSES}
        advice = NAMELESS if self.host == ALL_ADDRESSES and is_nameless else ""
        return EXPOSED.format(host=self.host, port=self.port) + advice


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options to a parser."""
    parser.add_argument(
        "--port",
        type=int,
        help=f"port to listen on; 0 picks a free one (default: {PHONE_PORT})",
    )
    parser.add_argument(
        "--host",
        default=LOOPBACK,
        metavar="ADDRESS",
        help="IPv4 address to listen on (default: %(default)s, which only this machine reaches)",
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
        help="manual time only moves when a test advances it (default: system)",
    )
    parser.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        help="settings, numbers and people (default: deskphone.toml in this folder, if it exists)",
    )
    parser.add_argument(
        "--persist",
        type=Path,
        metavar="FILE",
        help="keep the numbers, applications, keys, queues, and past texts and calls in this file",
    )


def options_of(parsed: argparse.Namespace) -> Options:
    """Return the options that a parser has read, which precede those of the file.

    Raises ConfigError.
    """
    config = config_of(parsed.config)
    host: str = parsed.host.lower()
    names = [host, *(name.lower() for name in parsed.allow_host)]
    port = next(one for one in (parsed.port, config.port, PHONE_PORT) if one is not None)
    clock = parsed.clock or config.clock or "system"
    return Options(host, port, clock, names, config.app, parsed.persist)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
