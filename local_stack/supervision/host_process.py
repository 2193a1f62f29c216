"""The Functions host as a child process, which inherits a listening socket.

Imports nothing slow (not even asyncio), so that the host starts before the emulator loads its own
modules.
"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from local_stack.host.addresses import FINISH

STOP_LIMIT_S = 2.2  # the host gives requests in flight 1.5 s
FINISH_LIMIT_S = 16.5  # the host gives them 15 s in an unhurried shutdown
PROJECT = Path(__file__).resolve().parents[2]
CAN_INHERIT = os.name == "posix"


@dataclass(frozen=True)
class HostProcess:
    """A running host. Its output goes directly to the terminal."""

    process: subprocess.Popen[bytes]

    @property
    def pid(self) -> int:
        return self.process.pid

    async def ended(self) -> str:
        """Wait for the process to end; return a description of how it ended."""
        import asyncio

        status = await asyncio.to_thread(self.process.wait)
        self.begin_stop()  # closes our end of its standard input
        return describe_exit(status)

    def begin_finish(self) -> None:
        """Ask the host to stop listening, finish the requests in flight, and exit."""
        if self.process.stdin is not None and not self.process.stdin.closed:
            with contextlib.suppress(OSError):  # it has already exited
                os.write(self.process.stdin.fileno(), FINISH)

    async def finish(self) -> None:
        """Wait for the host to exit as requested; kill it if it takes too long."""
        await self._wait_or_kill(FINISH_LIMIT_S)

    def begin_stop(self) -> None:
        """Ask the host to exit soon, with little time for requests in flight."""
        if self.process.stdin is not None:
            self.process.stdin.close()

    async def stop(self) -> None:
        """Ask the host to exit soon and wait for it; kill it if it takes too long."""
        self.begin_stop()
        await self._wait_or_kill(STOP_LIMIT_S)

    async def _wait_or_kill(self, limit_s: float) -> None:
        import asyncio

        ended = asyncio.create_task(self.ended())
        done, _ = await asyncio.wait([ended], timeout=limit_s)
        if not done:
            self.process.kill()
        await ended


def start_host(
    *,
    root: Path,
    listener: socket.socket,
    port: int,
    environment: Mapping[str, str],
    function_key: str,
) -> HostProcess:
    """Start a host for the app in `root`; raise OSError if that fails.

    The host inherits `listener`, so that connections wait in it while there is no host. Windows
    can't inherit sockets: there the socket is closed and the host binds `port` itself.
    """
    if not CAN_INHERIT:
        listener.close()
    socket_option = ["--fd", str(listener.fileno())] if CAN_INHERIT else ["--port", str(port)]
    command = [sys.executable, "-m", "local_stack.host", "--root", str(root), *socket_option]
    process = subprocess.Popen(  # noqa: S603 - our own program, no shell
        [*command, "--function-key", function_key],
        cwd=PROJECT,
        env=dict(environment),
        stdin=subprocess.PIPE,
        pass_fds=[listener.fileno()] if CAN_INHERIT else [],
        # Its own session: Ctrl-C in the terminal only reaches the emulator, which stops the host.
        start_new_session=True,
    )
    return HostProcess(process)


def describe_exit(status: int) -> str:
    """Describe how the host ended; a negative status is a signal."""
    if status < 0:
        try:
            return f"the host was killed by signal {-status} ({signal.Signals(-status).name})"
        except ValueError:
            return f"the host was killed by signal {-status}"
    return f"the host exited with status {status}"
