"""Keep the Functions host alive: start it, and restart it when it dies or a file changes."""

import asyncio
import contextlib
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from deskphone.ports import port_of
from local_stack.supervision.file_watch import FileWatch
from local_stack.supervision.host_environment import HostEnvironmentError
from local_stack.supervision.host_process import CAN_INHERIT, HostProcess, start_host
from local_stack.supervision.host_status import HostReport, wait_for_report, watch_answers
from local_stack.supervision.restarts import Restarts
from local_stack.supervision.unavailable import unavailable

START_PATIENCE_S = 10.0
NOT_UP = "the functions don't load: an import or other code in one of them doesn't finish"
BLOCKED = (
    "the functions don't respond: one of them blocks the event loop, "
    "for example with time.sleep() in an async function"
)
ANSWERS_AGAIN = "the functions respond again"


@dataclass(frozen=True)
class HostState:
    """The state of the host. Each error is a function's name and why it didn't load."""

    state: Literal["starting", "running", "failed"]
    reason: str
    """Why it restarted or failed; empty for a normal start."""
    functions: tuple[str, ...] = ()
    errors: tuple[tuple[str, str], ...] = ()
    warnings: tuple[str, ...] = ()
    """Sentences about settings whose names look misspelled."""


@dataclass(frozen=True)
class Death:
    """The unexpected end of a host."""

    reason: str
    lived_s: float
    was_running: bool


class Supervisor:
    """Runs the host on a socket that outlives it, so that connections are never refused."""

    def __init__(
        self,
        *,
        root: Path,
        listener: socket.socket,
        environment: Callable[[], Mapping[str, str]],
        warnings: Callable[[], tuple[str, ...]] = tuple,
        function_key: str,
        on_state: Callable[[HostState], None],
        port: int | None = None,
        early: HostProcess | None = None,
    ) -> None:
        """`environment` and `warnings` are called at each start: their files may have changed.

        `early` is a host that was already started on the listener's `port`.
        """
        self._root = root
        self._listener = listener
        self._environment = environment
        self._warnings = warnings
        self._function_key = function_key
        self._on_state = on_state
        self._host = early
        self._watch = FileWatch(root)
        self._port = port_of(listener) if port is None else port
        self._is_up = False
        self._killed: HostProcess | None = None
        self._ending: dict[asyncio.Task[None], HostProcess] = {}

    async def run(self) -> None:
        """Keep the host running until cancelled, then stop it before returning."""
        restarts, reason = Restarts(), ""
        try:
            while True:
                end = await self._live(reason)
                if isinstance(end, Death):
                    restarts = restarts.after_death(
                        lived_s=end.lived_s, was_running=end.was_running
                    )
                    reason = end.reason
                    if restarts.hopeless:
                        reason = await self._fail(reason)
                        restarts = Restarts()
                    await asyncio.sleep(restarts.delay_s)
                else:
                    restarts, reason = Restarts(), end
        finally:
            await self._stop_all()

    @property
    def is_up(self) -> bool:
        """Return whether a host is up that hasn't been killed."""
        return self._host is not None and self._host is not self._killed and self._is_up

    def kill(self) -> None:
        """Kill the current host immediately, like a crash; it restarts by itself."""
        if self._host is not None and self.is_up:
            self._killed = self._host
            self._host.process.kill()

    async def _live(self, reason: str) -> str | Death:
        """Run a host; return which file changed, or how the host died."""
        self._on_state(HostState("starting", reason))
        self._is_up = False
        try:
            host = self._start()
        except (HostEnvironmentError, OSError) as error:
            return await self._fail(str(error))
        end = await self._end_of(host, reason)
        if isinstance(end, Death):
            self._host = None
        else:
            self._retire()
        return end

    async def _end_of(self, host: HostProcess, reason: str) -> str | Death:
        """Report when the host is up; return why it must be replaced."""
        loop = asyncio.get_running_loop()
        born = loop.time()
        followed = asyncio.create_task(self._follow(host, reason))
        ended = asyncio.create_task(host.ended())
        changed = asyncio.create_task(self._watch.change())
        try:
            await asyncio.wait([followed, ended, changed], return_when=asyncio.FIRST_COMPLETED)
            if followed.done():
                await followed  # it never ends, so this is a bug
            if ended.done():
                return Death(ended.result(), loop.time() - born, self._is_up)
            return changed.result()
        finally:
            for task in (followed, ended, changed):
                task.cancel()

    async def _follow(self, host: HostProcess, reason: str) -> None:
        """Report when the host is up, when it stops responding, and when it responds again."""
        report = await self._report(host)
        self._is_up = True
        state = self._announce(report, reason)

        def report_change(answering: bool) -> None:
            self._on_state(replace(state, reason=ANSWERS_AGAIN if answering else BLOCKED))

        await watch_answers(self._port, self._function_key, report_change)

    async def _report(self, host: HostProcess) -> HostReport:
        """Wait until the host is up; report it once if that takes very long."""
        report = asyncio.create_task(wait_for_report(self._port, host.pid, self._function_key))
        try:
            done, _ = await asyncio.wait([report], timeout=START_PATIENCE_S)
            if not done:
                self._on_state(HostState("starting", NOT_UP))
            return await report
        finally:
            report.cancel()

    def _start(self) -> HostProcess:
        """Return the early host, or start a new one."""
        if self._host is None:
            self._host = start_host(
                root=self._root,
                listener=self._listener,
                port=self._port,
                environment=self._environment(),
                function_key=self._function_key,
            )
        return self._host

    def _announce(self, report: HostReport, reason: str) -> HostState:
        """Report that the host is up, or that it is up but can't run the app."""
        state = HostState("running", reason, report.functions, report.errors, self._warnings())
        if not report.running:
            why = "; ".join(text for _, text in report.errors)
            state = replace(state, state="failed", reason=why)
        self._on_state(state)
        return state

    async def _fail(self, reason: str) -> str:
        """Respond with 503 and the reason until a file changes; return which one."""
        self._on_state(HostState("failed", reason))
        async with contextlib.AsyncExitStack() as stack:
            if CAN_INHERIT:
                await stack.enter_async_context(unavailable(self._listener, reason))
            return await self._watch.change()

    def _retire(self) -> None:
        """Let the current host finish its requests; the next one can start meanwhile."""
        host, self._host = self._host, None
        if host is None:
            return
        if self._is_up:
            host.begin_finish()
            task = asyncio.create_task(host.finish())
        else:  # nothing is in flight, and it may hang in an import
            host.begin_stop()
            task = asyncio.create_task(host.stop())
        self._ending[task] = host
        task.add_done_callback(lambda ended: self._ending.pop(ended, None))

    async def _stop_all(self) -> None:
        """Stop the current host, and those that are still finishing requests, soon."""
        hosts = [*self._ending.values(), *([self._host] if self._host else [])]
        for task in self._ending:
            task.cancel()
        self._host = None
        for host in hosts:
            host.begin_stop()
        await asyncio.gather(*(host.stop() for host in hosts))
