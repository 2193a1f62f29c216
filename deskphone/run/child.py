"""The app's process: it gets the signals, and its exit status is the command's."""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping, Sequence

NOT_EXECUTABLE, NOT_FOUND = 126, 127
KILLED = 128
"""Exit statuses as in a shell: 128 + N for a process that signal N killed."""
FORWARDED = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2")
FROM_TERMINAL = ("SIGINT", "SIGQUIT")
"""Signals that a terminal sends to all processes in the foreground, this one and the app."""


class StartError(Exception):
    """The command can't be started. `status` is the exit status."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


async def run(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run a command until it exits, pass signals on to it, and return its exit status.

    Raises StartError. Use it in the main thread.
    """
    waiting: list[int] = []
    forward = Forwarding(waiting)
    forward.start()
    try:
        process = await _start(command, environment)
        forward.to(process)
        status = await process.wait()
    finally:
        forward.stop()
    return KILLED - status if status < 0 else status


class Forwarding:
    """Passes signals on to a process. Those that arrive before it runs are passed on then."""

    def __init__(self, waiting: list[int]) -> None:
        self._waiting = waiting
        self._process: asyncio.subprocess.Process | None = None
        self._numbers = [getattr(signal, name) for name in FORWARDED if hasattr(signal, name)]

    def start(self) -> None:
        """Handle the signals from now on."""
        loop = asyncio.get_running_loop()
        for number in self._numbers:
            try:
                loop.add_signal_handler(number, self._pass_on, number)
            except NotImplementedError:  # Windows sends Ctrl-C to the app, too
                signal.signal(number, _ignore)

    def to(self, process: asyncio.subprocess.Process) -> None:
        """Pass the signals on to this process."""
        self._process = process
        for number in self._waiting:
            self._send(process, number)

    def stop(self) -> None:
        """Leave the signals to Python again."""
        loop = asyncio.get_running_loop()
        for number in self._numbers:
            try:
                loop.remove_signal_handler(number)
            except NotImplementedError:
                signal.signal(number, signal.SIG_DFL)

    def _pass_on(self, number: int) -> None:
        if signal.Signals(number).name in FROM_TERMINAL and _is_in_foreground():
            return  # the app has it already, and a second Ctrl-C means "at once" to many programs
        if self._process is None:
            self._waiting.append(number)
        else:
            self._send(self._process, number)

    @staticmethod
    def _send(process: asyncio.subprocess.Process, number: int) -> None:
        if process.returncode is None:
            process.send_signal(number)


async def _start(
    command: Sequence[str], environment: Mapping[str, str]
) -> asyncio.subprocess.Process:
    try:
        return await asyncio.create_subprocess_exec(*command, env=dict(environment))
    except FileNotFoundError as error:
        message = f"There is no command {command[0]!r}. Check its name, or give its path."
        raise StartError(message, NOT_FOUND) from error
    except (OSError, ValueError) as error:
        raise StartError(f"Can't run {command[0]!r}: {error}.", NOT_EXECUTABLE) from error


def _ignore(number: int, frame: object) -> None:
    """Keep running: unlike SIG_IGN, this isn't inherited by the app."""


def _is_in_foreground() -> bool:
    """Whether this process is in the foreground of a terminal."""
    if sys.platform == "win32":
        return True
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False
    finally:
        os.close(terminal)
