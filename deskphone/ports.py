"""Listening sockets on this machine. This module imports nothing slow."""

import os
import socket

LOOPBACK = "127.0.0.1"
HIGHEST_PORT = 65_535
BACKLOG = 1024  # connections that can wait while a server restarts


class PortInUseError(Exception):
    """A port can't be used; the message names it and the option for choosing another."""


def listen(port: int, *, option: str = "--port", host: str = LOOPBACK) -> socket.socket:
    """Return a listening socket on an IPv4 address; port 0 picks a free one.

    Raises PortInUseError, which names `option`.
    """
    if not 0 <= port <= HIGHEST_PORT:
        raise PortInUseError(
            f"{port} isn't a valid port; choose one up to {HIGHEST_PORT} with {option}"
        )
    try:
        # create_server sets address reuse as each system needs it.
        return socket.create_server((host, port), backlog=BACKLOG)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        where = f"port {port}" if host == LOOPBACK else f"{host}, port {port}"
        advice = option if host == LOOPBACK else f"--host or {option}"
        raise PortInUseError(
            f"can't listen on {where} ({reason}); choose another with {advice}"
        ) from error


def port_of(listener: socket.socket) -> int:
    """Return the port a socket listens on."""
    port: int = listener.getsockname()[1]
    return port


def url_of(port: int, host: str = LOOPBACK) -> str:
    """Return the URL of a port, without a trailing slash."""
    return f"http://{host}:{port}"
