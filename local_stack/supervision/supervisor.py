"""Keeps the Functions host alive: starts it, and starts it again when it dies or a file changes."""

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
NOT_UP = "the functions do not load: one of them has an import or other code that does not end"
BLOCKED = (
    "the functions do not answer: one of them blocks the event loop, "
    "as time.sleep() in an async function does"
)
ANSWERS_AGAIN = "the functions answer again"


@dataclass(frozen=True)
class HostState:
    """How the host is doing. Each error is a function's name and why it did not load."""

    state: Literal["starting", "running", "failed"]
    reason: str
    """Why it was started again or failed, for people; empty on a plain start."""
    functions: tuple[str, ...] = ()
    errors: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Death:
    """The end of a host that nobody asked for."""

    reason: str
    lived_s: float
    was_running: bool


class Supervisor:
    """Runs the host on a socket that outlives it, so that no connection is ever refused."""

    def __init__(
        self,
        *,
        root: Path,
        listener: socket.socket,
        environment: Callable[[], Mapping[str, str]],
        function_key: str,
        on_state: Callable[[HostState], None],
        port: int | None = None,
        early: HostProcess | None = None,
    ) -> None:
        """`environment` is asked at each start, since its files may have changed.

        `early` is a host that was started on the listener's `port` already.
        """
        self._root = root
        self._listener = listener
        self._environment = environment
        self._function_key = function_key
        self._on_state = on_state
        self._host = early
        self._watch = FileWatch(root)
        self._port = port_of(listener) if port is None else port
        self._is_up = False
        self._killed: HostProcess | None = None
        self._ending: dict[asyncio.Task[None], HostProcess] = {}

    async def run(self) -> None:
        """Keep the host running until cancelled; then the host is gone before this ends."""
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
                        reason = await self._fail(f"the host does not come up: {reason}")
                        restarts = Restarts()
                    await asyncio.sleep(restarts.delay_s)
                else:
                    restarts, reason = Restarts(), end
        finally:
            await self._stop_all()

    @property
    def is_up(self) -> bool:
        """Whether there is a host that answers, and that nobody has killed."""
        return self._host is not None and self._host is not self._killed and self._is_up

    def kill(self) -> None:
        """Kill the present host at once, as a crash would; the next one follows by itself."""
        if self._host is not None and self.is_up:
            self._killed = self._host
            self._host.process.kill()

    async def _live(self, reason: str) -> str | Death:
        """Run one host; return which file changed, or how the host died."""
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
        """Announce the host when it is up; return why it must be replaced."""
        loop = asyncio.get_running_loop()
        born = loop.time()
        followed = asyncio.create_task(self._follow(host, reason))
        ended = asyncio.create_task(host.ended())
        changed = asyncio.create_task(self._watch.change())
        try:
            await asyncio.wait([followed, ended, changed], return_when=asyncio.FIRST_COMPLETED)
            if followed.done():
                await followed  # it has no end, so this is an error of ours
            if ended.done():
                return Death(ended.result(), loop.time() - born, self._is_up)
            return changed.result()
        finally:
            for task in (followed, ended, changed):
                task.cancel()

    async def _follow(self, host: HostProcess, reason: str) -> None:
        """Tell when the host is up, then when it stops answering and when it answers again."""
        report = await self._report(host)
        self._is_up = True
        state = self._announce(report, reason)

        def tell(answering: bool) -> None:
            self._on_state(replace(state, reason=ANSWERS_AGAIN if answering else BLOCKED))

        await watch_answers(self._port, self._function_key, tell)

    async def _report(self, host: HostProcess) -> HostReport:
        """Wait until the host is up; say so once when that takes very long."""
        report = asyncio.create_task(wait_for_report(self._port, host.pid, self._function_key))
        try:
            done, _ = await asyncio.wait([report], timeout=START_PATIENCE_S)
            if not done:
                self._on_state(HostState("starting", NOT_UP))
            return await report
        finally:
            report.cancel()

    def _start(self) -> HostProcess:
        """Return the host that was started early, or a new one."""
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
        """Tell that the host is up, or that it is up and cannot run the app."""
        state = HostState("running", reason, report.functions, report.errors)
        if not report.running:
            why = "; ".join(text for _, text in report.errors)
            state = replace(state, state="failed", reason=why)
        self._on_state(state)
        return state

    async def _fail(self, reason: str) -> str:
        """Answer 503 with the reason until a file changes; return which one did."""
        self._on_state(HostState("failed", reason))
        async with contextlib.AsyncExitStack() as stack:
            if CAN_INHERIT:
                await stack.enter_async_context(unavailable(self._listener, reason))
            return await self._watch.change()

    def _retire(self) -> None:
        """Let the present host finish what is in flight; the next one may start meanwhile."""
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
        """End the present host and those that still finish something, soon."""
        hosts = [*self._ending.values(), *([self._host] if self._host else [])]
        for task in self._ending:
            task.cancel()
        self._host = None
        for host in hosts:
            host.begin_stop()
        await asyncio.gather(*(host.stop() for host in hosts))
