"""Run the emulator's server and the host's supervisor in one process."""

import asyncio
import contextlib
import socket
from collections.abc import Callable, Mapping
from pathlib import Path

from aiohttp import web

from deskphone.clock import clock_of
from deskphone.ports import port_of, url_of
from deskphone.server import runner_of, stop_signal
from deskphone.sound.espeak import speaker_of
from deskphone.twilio_door import TwilioDoor
from local_stack.emulator import LocalEmulator
from local_stack.folder import read_folder
from local_stack.supervision.host_environment import HostEnvironmentError
from local_stack.supervision.host_process import HostProcess
from local_stack.supervision.supervisor import HostState, Supervisor
from local_stack.terminal import Terminal
from local_stack.values import FUNCTION_KEY


class Stack:
    """Runs the local stack until the process is told to stop."""

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
        warnings: Callable[[], tuple[str, ...]],
        early: HostProcess | None,
    ) -> None:
        """`functions`, `phone`, and `twilio` (for Twilio's API) are listening sockets.

        `early` is a host that is already starting.
        """
        self._root = root
        self._folder = read_folder(root, _settings(environment))
        self._clock_kind = clock_kind
        self._functions = functions
        self._functions_port = functions_port
        self._phone = phone
        self._twilio = twilio
        self._environment = environment
        self._warnings = warnings
        self._early = early

    async def run(self) -> int:
        """Serve until SIGINT or SIGTERM; return the exit status."""
        stopped = stop_signal()
        terminal = Terminal()
        emulator = self._emulator(terminal)
        supervisor = self._supervisor(emulator, terminal)
        runner, door = await self._serve(emulator, supervisor)
        for listener in (door.faults_changed, terminal.faults_changed):
            emulator.deskphone.fault_switch.subscribe(listener)
        terminal.welcome(emulator.answers_url, url_of(port_of(self._phone)), self._folder)
        supervision = asyncio.create_task(supervisor.run())
        stop = asyncio.create_task(stopped.wait())
        await asyncio.wait([supervision, stop], return_when=asyncio.FIRST_COMPLETED)
        stop.cancel()
        supervision.cancel()
        await emulator.deskphone.close()
        door.close()
        await asyncio.gather(runner.cleanup(), _ended(supervision))
        return 0 if stopped.is_set() else 1

    def _emulator(self, terminal: Terminal) -> LocalEmulator:
        return LocalEmulator(
            clock_of(self._clock_kind),
            url_of(self._functions_port),
            self._folder,
            url_of(port_of(self._phone)),
            self._messaging_service,
            [terminal.record_changed],
            speaker_of(self._clock_kind),
        )

    def _supervisor(self, emulator: LocalEmulator, terminal: Terminal) -> Supervisor:
        def host_changed(host: HostState) -> None:
            emulator.host_changed(host)
            terminal.host_changed(host)

        return Supervisor(
            root=self._root,
            listener=self._functions,
            port=self._functions_port,
            environment=self._environment,
            warnings=self._warnings,
            function_key=FUNCTION_KEY,
            on_state=host_changed,
            early=self._early,
        )

    async def _serve(
        self, emulator: LocalEmulator, supervisor: Supervisor
    ) -> tuple[web.AppRunner, TwilioDoor]:
        """Open both ports of the emulator; return what to close at the end."""
        runner = runner_of(emulator.application(supervisor))
        await runner.setup()
        await web.SockSite(runner, self._phone).start()
        if runner.server is None:
            raise RuntimeError("the runner has no server after its set-up")
        door = TwilioDoor(runner.server, self._twilio)
        await door.set_open(True)
        return runner, door

    def _messaging_service(self) -> str:
        """Return the SID in the settings; the supervisor reports invalid settings."""
        return _settings(self._environment).get("TWILIO_MESSAGING_SERVICE_SID", "")


async def _ended(task: asyncio.Task[None]) -> None:
    with contextlib.suppress(asyncio.CancelledError):
        await task


def _settings(environment: Callable[[], Mapping[str, str]]) -> Mapping[str, str]:
    """Return the host's settings; the supervisor reports an invalid settings file."""
    try:
        return environment()
    except HostEnvironmentError:
        return {}
