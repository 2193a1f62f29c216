"""A separate port for Twilio's SDK, so that it can be closed without closing the main one.

It serves the same application as the main port, which never closes.
"""

import asyncio
import os
import socket

from aiohttp import web

from deskphone.faults.faults import Faults

PATIENCE_S = 60
"""How long a request in progress may take once the port is closed."""
IDLE_END_S = 0.1
"""Longer than it takes to close an idle connection."""


class TwilioDoor:
    """A second listener for the application. Use it inside a running event loop."""

    def __init__(self, application: web.Server, listener: socket.socket) -> None:
        """`listener` is listening already; its port is kept while the door is closed."""
        self._application = application
        self._socket = listener
        self._address = listener.getsockname()
        self._server: asyncio.Server | None = None
        self._ending: set[asyncio.Task[None]] = set()

    async def set_open(self, is_open: bool) -> None:
        """Accept connections, or refuse new ones and close those that are open."""
        if is_open and self._server is None:
            loop = asyncio.get_running_loop()
            self._server = await loop.create_server(self._application, sock=self._socket)
        elif not is_open and self._server is not None:
            self._server.close()
            self._server = None
            self._socket = _bound(self._address)
            await self._end_connections()

    async def faults_changed(self, faults: Faults) -> None:
        """Stay closed while the fault `twilio refused` is on."""
        await self.set_open(not faults.is_on("twilio", "refused"))

    def close(self) -> None:
        """Release the port."""
        if self._server is not None:
            self._server.close()
        self._socket.close()

    async def _end_connections(self) -> None:
        """Close idle connections on this port, and the others once they have been answered."""
        ending: list[asyncio.Task[None]] = []
        for connection in self._application.connections:
            transport = connection.transport
            if transport is not None and transport.get_extra_info("sockname") == self._address:
                connection.close()
                ending.append(asyncio.create_task(connection.shutdown(PATIENCE_S)))
        self._ending.update(ending)
        for task in ending:
            task.add_done_callback(self._ending.discard)
        if ending:
            await asyncio.wait(ending, timeout=IDLE_END_S)


def _bound(address: tuple[str, int]) -> socket.socket:
    """Return a socket that holds a port without listening, so that connections are refused."""
    holder = socket.socket()
    if os.name == "posix":  # earlier connections may still be closing on the port
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    holder.bind(address)
    return holder
