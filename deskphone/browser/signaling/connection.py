"""The connection of one Device: its socket, its token, and what waits to be sent."""

import asyncio
import contextlib
from collections.abc import Callable, Mapping

from aiohttp import web

from deskphone.browser.signaling.frames import HEARTBEAT, written
from deskphone.browser.signaling.tokens import AccessToken

HEARTBEAT_S = 5
"""The SDK reconnects after 15 seconds without any frame."""
OUTBOX_LIMIT = 500
"""How many frames may wait for a slow browser, before it is cut off."""
CLOSING = 1012
LEAVING = b"The emulator closes this connection."


class Connection:
    """One socket. `token` is None until a valid one arrives.

    `patience_s` is how long a call survives without its socket.
    """

    def __init__(
        self,
        socket: web.WebSocketResponse,
        edge: str,
        abort: Callable[[], None],
        is_dropped: Callable[[], bool],
    ) -> None:
        """`abort` cuts the connection. `is_dropped` says at each heartbeat whether to do that."""
        self._socket = socket
        self._abort = abort
        self._is_dropped = is_dropped
        self._outbox: asyncio.Queue[str | None] = asyncio.Queue(OUTBOX_LIMIT)
        self.edge = edge
        self.token: AccessToken | None = None
        self.patience_s = 0.0
        self._expiry: asyncio.Task[None] | None = None

    @property
    def identity(self) -> str:
        """The identity in the token; "" without one."""
        return self.token.identity if self.token else ""

    def send(self, kind: str, payload: Mapping[str, object]) -> None:
        """Queue a frame; cut the connection if the browser doesn't read."""
        self._put(written(kind, payload))

    def refuse(self, code: int, message: str, **more: object) -> None:
        """Send an error."""
        self.send("error", {"error": {"code": code, "message": message}, **more})

    def expire_with(self, expiry: asyncio.Task[None] | None) -> None:
        """Replace the task that waits until the token expires."""
        if self._expiry is not None:
            self._expiry.cancel()
        self._expiry = expiry

    def close(self) -> None:
        """Send what is queued, and close the socket."""
        self._put(None)

    def drop(self) -> None:
        """Cut the connection without closing the socket, as a broken network does."""
        self._abort()

    def _put(self, text: str | None) -> None:
        try:
            self._outbox.put_nowait(text)
        except asyncio.QueueFull:
            self.drop()

    async def write(self) -> None:
        """Send what is queued, and a heartbeat when nothing was, until the connection closes."""
        with contextlib.suppress(ConnectionError):
            while (text := await self._next()) is not None:
                await self._socket.send_str(text)
        await self._socket.close(code=CLOSING, message=LEAVING)

    async def _next(self) -> str | None:
        """Return the next frame; None when the connection closes."""
        try:
            return await asyncio.wait_for(self._outbox.get(), HEARTBEAT_S)
        except TimeoutError:
            if self._is_dropped():
                self.drop()
            return HEARTBEAT
