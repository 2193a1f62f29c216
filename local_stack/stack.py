"""Both halves of the local stack in one process.

The emulator's server and the host's supervisor.
"""

import asyncio
import contextlib
import signal
import socket
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from aiohttp import web

from deskphone.clock import Clock, ManualClock, SystemClock
from deskphone.emulator import State
from deskphone.server import runner_of
from deskphone.twilio_door import TwilioDoor
from local_stack.host.configuration import (
    DEFAULT_ROUTE_PREFIX,
    AppFileError,
    read_host_configuration,
)
from local_stack.host.logs import keep_quiet_about_bad_requests
from local_stack.supervision.host_environment import HostEnvironmentError
from local_stack.supervision.host_process import HostProcess, port_of
from local_stack.supervision.supervisor import HostState, Supervisor
from local_stack.terminal import Terminal
from local_stack.values import FUNCTION_KEY


class Stack:
    """Runs the local stack until the process is told to end."""

    def __init__(
        self,
        *,
        root: Path,
        clock_kind: str,
        functions: socket.socket,
        functions_port: int,
        phone: socket.socket,
        twilio: socket.socket,
        environment: Callable[[], Mapping[str, str]],
        early: HostProcess | None,
    ) -> None:
        """`functions`, `phone` and `twilio` (Twilio's own door) are listening sockets.

        `early` is a host already on its way.
        """
        self._root = root
        self._clock_kind = clock_kind
        self._functions = functions
        self._functions_port = functions_port
        self._phone = phone
        self._twilio = twilio
        self._environment = environment
        self._early = early

    async def run(self) -> int:
        """Serve until SIGINT or SIGTERM; return the exit status."""
        stopped = _stop_signal()
        clock: Clock = (
            ManualClock(datetime.now(UTC).replace(microsecond=0))
            if self._clock_kind == "manual"
            else SystemClock()
        )
        functions_url = f"http://127.0.0.1:{self._functions_port}"
        emulator_url = f"http://127.0.0.1:{port_of(self._phone)}"
        prefix = _route_prefix(self._root)
        state = State(clock, functions_url, prefix, emulator_url, self._messaging_service)
        terminal = Terminal(state.answers_url, emulator_url)
        state.on_alert = terminal.alert
        state.on_refused_signature = terminal.refused_signature

        def host_changed(host: HostState) -> None:
            state.host_changed(_host_view(host))
            terminal.host_changed(host)

        supervisor = Supervisor(
            root=self._root,
            listener=self._functions,
            port=self._functions_port,
            environment=self._environment,
            function_key=FUNCTION_KEY,
            on_state=host_changed,
            early=self._early,
        )
        state.killable = supervisor
        runner, door = await self._serve(state, terminal)
        terminal.welcome()
        supervision = asyncio.create_task(supervisor.run())
        stop = asyncio.create_task(stopped.wait())
        await asyncio.wait([supervision, stop], return_when=asyncio.FIRST_COMPLETED)
        stop.cancel()
        supervision.cancel()
        await state.close()
        door.close()
        await asyncio.gather(runner.cleanup(), _ended(supervision))
        return 0 if stopped.is_set() else 1

    async def _serve(self, state: State, terminal: Terminal) -> tuple[web.AppRunner, TwilioDoor]:
        """Open both doors of the emulator; return what is to be closed in the end."""
        keep_quiet_about_bad_requests()
        runner = runner_of(state)
        await runner.setup()
        await web.SockSite(runner, self._phone).start()
        if runner.server is None:
            raise RuntimeError("a runner that is set up has a server")
        door = TwilioDoor(runner.server, self._twilio)
        await door.set_open(True)

        async def faults_changed() -> None:
            await door.set_open(not state.faults.is_on("twilio", "refused"))
            terminal.faults_changed(state.faults)

        state.fault_switch.listeners.append(faults_changed)
        return runner, door

    def _messaging_service(self) -> str:
        """Return the SID that the settings name; unusable ones are reported by the supervisor."""
        try:
            return self._environment().get("TWILIO_MESSAGING_SERVICE_SID", "")
        except HostEnvironmentError:
            return ""


def _stop_signal() -> asyncio.Event:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()

    def stop(number: int, frame: object) -> None:
        loop.call_soon_threadsafe(stopped.set)

    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, stopped.set)
        except NotImplementedError:  # Windows: Ctrl-C arrives as an exception instead
            signal.signal(number, stop)
    return stopped


async def _ended(task: asyncio.Task[None]) -> None:
    with contextlib.suppress(asyncio.CancelledError):
        await task


def _route_prefix(root: Path) -> str:
    """Return host.json's prefix; an unusable file is reported by the host itself."""
    try:
        return read_host_configuration(root).route_prefix
    except AppFileError:
        return DEFAULT_ROUTE_PREFIX


def _host_view(host: HostState) -> dict[str, object]:
    return {
        "state": host.state,
        "reason": host.reason,
        "functions": list(host.functions),
        "errors": [{"function": name, "reason": reason} for name, reason in host.errors],
    }
