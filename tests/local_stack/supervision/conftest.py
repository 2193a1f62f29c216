"""A supervised host for tests."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from http.client import HTTPConnection
from typing import TYPE_CHECKING

import pytest

from deskphone.ports import listen, port_of
from local_stack.host.addresses import LOOPBACK
from local_stack.supervision.supervisor import HostState, Supervisor
from local_stack.values import FUNCTION_KEY

if TYPE_CHECKING:
    from tests.local_stack.conftest import AppFolder

TIME_LIMIT_S = 10.0


class Watched:
    """A supervised host, its states so far, and requests to it."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.states: list[HostState] = []
        self.kill: Callable[[], None] = lambda: None
        self._news = asyncio.Event()

    def note(self, state: HostState) -> None:
        """Record a new state from the supervisor."""
        self.states.append(state)
        self._news.set()

    async def until_reason(self, reason: str) -> HostState:
        """Return the first state that has this reason."""
        while True:
            for state in self.states:
                if state.reason == reason:
                    return state
            self._news.clear()
            await self._news.wait()

    async def until(self, wanted: str, start: int = 0) -> HostState:
        """Return the first state of this kind, from index `start`."""
        while True:
            for state in self.states[start:]:
                if state.state == wanted:
                    return state
            self._news.clear()
            await self._news.wait()

    async def get(self, path: str) -> tuple[int, str]:
        """Send a GET to the host over a new connection."""
        return await asyncio.to_thread(self._get, path)

    def _get(self, path: str) -> tuple[int, str]:
        connection = HTTPConnection(LOOPBACK, self.port, timeout=TIME_LIMIT_S)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.read().decode()
        finally:
            connection.close()


Supervise = Callable[..., AbstractAsyncContextManager[Watched]]


@asynccontextmanager
async def supervised(
    app: AppFolder, environment: Callable[[], Mapping[str, str]] | None = None
) -> AsyncGenerator[Watched]:
    """Supervise a host for `app` inside the context."""
    with listen(0) as listener:
        watched = Watched(port_of(listener))
        supervisor = Supervisor(
            root=app.root,
            listener=listener,
            environment=environment or (lambda: os.environ),
            function_key=FUNCTION_KEY,
            on_state=watched.note,
        )
        watched.kill = supervisor.kill
        task = asyncio.create_task(supervisor.run())
        try:
            yield watched
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


@pytest.fixture
def supervise() -> Supervise:
    """Supervises a host for an app in an `async with`."""
    return supervised
