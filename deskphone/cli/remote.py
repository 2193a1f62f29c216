"""A running emulator, for commands that use it over HTTP."""

import argparse
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

from deskphone.ports import url_of
from deskphone.setup.config import ConfigError, config_of
from deskphone.terminal import Terminal
from deskphone.values import HANDSETS, PHONE_PORT

TIMEOUT_S = 30
POLL_S = 0.05


class RemoteError(Exception):
    """The emulator can't be reached, or it refuses the request; the message says why."""


class Remote:
    """An emulator by its URL. Requests never go through a proxy."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def get(self, path: str) -> Any:
        """Return the JSON at a path below /emulator/; raise RemoteError."""
        return self._request("GET", path)

    def post(self, path: str, **body: object) -> Any:
        """Send a JSON body to a path below /emulator/ and return the JSON; raise RemoteError."""
        return self._request("POST", path, json.dumps(body).encode())

    def _request(self, method: str, path: str, body: bytes | None = None) -> Any:
        request = urllib.request.Request(  # noqa: S310 - the user's own URL
            f"{self.url}/emulator/{path}",
            body,
            {"Content-Type": "application/json"},
            method=method,
        )
        try:
            with self._opener.open(request, timeout=TIMEOUT_S) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            raise RemoteError(_detail(error)) from error
        except (OSError, ValueError) as error:
            raise RemoteError(
                f"No deskphone answers at {self.url}. Start one with `deskphone`, or name its port "
                "with --port."
            ) from error


def add_remote_options(parser: argparse.ArgumentParser) -> None:
    """Add the options for the emulator, and for the handset that is used."""
    parser.add_argument(
        "--port",
        type=int,
        help=f"port of the running deskphone (default: that of deskphone.toml, or {PHONE_PORT})",
    )
    parser.add_argument("--url", help="URL of the running deskphone, in place of --port")
    parser.add_argument(
        "--from",
        dest="handset",
        default=HANDSETS[0],
        metavar="NUMBER",
        help="number of the handset (default: %(default)s)",
    )
    parser.add_argument(
        "--timeout",
        type=float,
        default=60,
        metavar="SECONDS",
        help="how long to wait for your app (default: %(default)s)",
    )


def remote_of(options: argparse.Namespace) -> Remote:
    """Return the emulator that the options name; raise RemoteError."""
    if options.url:
        return Remote(options.url)
    try:
        port = config_of(None).port if options.port is None else options.port
    except ConfigError as error:
        raise RemoteError(str(error)) from error
    return Remote(url_of(PHONE_PORT if port is None else port))


def wait_until(condition: Callable[[], bool], timeout_s: float) -> bool:
    """Wait until a condition holds; return whether it did in time."""
    end = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(POLL_S)
    return True


def alerts_of(remote: Remote, sid: str) -> list[dict[str, Any]]:
    """Return the alerts about a text or call."""
    return [alert for alert in remote.get("alerts") if alert["sid"] == sid]


def print_alerts(remote: Remote, sid: str) -> bool:
    """Print the alerts about a text or call; return whether one is an error."""
    alerts = alerts_of(remote, sid)
    for alert in alerts:
        name = f"Twilio {alert['level']} {alert['code']}" if alert["code"] else "Emulator"
        Terminal.print(f"{name}: {alert['message']}")
    return any(alert["level"] == "error" for alert in alerts)


def _detail(error: urllib.error.HTTPError) -> str:
    try:
        return str(json.load(error)["detail"])
    except (OSError, ValueError, KeyError, TypeError):
        return f"The server answered {error.code}. Is a deskphone running on that port?"
