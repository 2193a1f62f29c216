"""The door that Twilio's SDK goes through: a port of its own, so that it alone can be closed.

All that the emulator serves is behind it too; everything else has the main port, which is never
closed.
"""

import asyncio
import os
import socket

from aiohttp import web

from deskphone.faults.faults import Faults

PATIENCE_S = 60
"""How long a request under way may take once the door is closed."""
IDLE_END_S = 0.1
"""More than an idle connection takes to end."""


class TwilioDoor:
    """A second listener of the application. Use it inside a running event loop."""

    def __init__(self, application: web.Server, listener: socket.socket) -> None:
        """`listener` listens, and its port stays the door's."""
        self._application = application
        self._socket = listener
        self._address = listener.getsockname()
        self._server: asyncio.Server | None = None
        self._ending: set[asyncio.Task[None]] = set()

    async def set_open(self, is_open: bool) -> None:
        """Take connections, or refuse them and end those that are open."""
        if is_open and self._server is None:
            loop = asyncio.get_running_loop()
            self._server = await loop.create_server(self._application, sock=self._socket)
        elif not is_open and self._server is not None:
            self._server.close()
            self._server = None
            self._socket = _bound(self._address)
            await self._end_connections()

    async def faults_changed(self, faults: Faults) -> None:
        """Be closed while the fault `twilio refused` is on."""
        await self.set_open(not faults.is_on("twilio", "refused"))

    def close(self) -> None:
        """Give up the port."""
        if self._server is not None:
            self._server.close()
        self._socket.close()

    async def _end_connections(self) -> None:
        """End the idle connections of this door, and the others when they have been answered."""
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
    """Return a socket that holds a port and does not listen: who connects to it is refused."""
    holder = socket.socket()
    if os.name == "posix":  # connections of before may still be ending on the port
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    holder.bind(address)
    return holder
