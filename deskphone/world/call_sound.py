"""/emulator/calls/{sid}/sound: what a call's person hears, while they hear it.

A WebSocket. Each binary message has samples in deskphone's format (see `deskphone.sound`). The
emulator sends none while there is silence, and closes the connection with the call. Pages of other
sites are refused by their Origin, as everywhere (see `deskphone.doorkeeper`).
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import timedelta
from http import HTTPStatus

from aiohttp import WSMsgType, web

from deskphone.account.store import Store
from deskphone.clock import Clock
from deskphone.line.studio.listening import Listening
from deskphone.line.studio.studio import Studio
from deskphone.records.call import ENDED_CALL
from deskphone.sound.mixing import is_silent
from deskphone.sound.sound import RATE
from deskphone.world.requests import WorldError

FRAME = RATE * 40 // 1000
"""Samples in a message. It is shorter than a listener's delay, so that live sound is there in time.
"""
FRAME_TIME = timedelta(seconds=FRAME / RATE)
BACKLOG_BYTES = 16 * 1024
"""How much may wait for a listener, one second, before it misses what comes next."""
MESSAGE_LIMIT = 4 * 1024
"""The size of a message in bytes that a person's microphone may send."""


class CallSound:
    """Lets pages and programs listen to calls, and speak in them."""

    def __init__(self, store: Store, clock: Clock, studio: Studio) -> None:
        self._store = store
        self._clock = clock
        self._studio = studio

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/emulator/calls/{sid}/sound", self.handle, allow_head=False)]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Stream a call's sound until the call ends or the listener leaves.

        A call that is over has no more sound; browsers can't show why they get no connection. What
        the listener sends is heard as the person's voice.
        """
        sid = request.match_info["sid"]
        socket = self._socket_for(request, sid)
        await socket.prepare(request)
        sending = asyncio.create_task(self._send(request, socket, sid))
        try:
            async for message in socket:
                if message.type is WSMsgType.BINARY and self._is_live(sid):
                    self._studio.say(sid, message.data)
        finally:
            sending.cancel()
            await asyncio.wait([sending])
        return socket

    def _socket_for(self, request: web.Request, sid: str) -> web.WebSocketResponse:
        if self._store.calls.get(sid) is None:
            raise WorldError("Call not found.", HTTPStatus.NOT_FOUND)
        if self._clock.kind == "manual":
            message = "Calls are silent on a manual clock. Start the emulator with a system clock."
            raise WorldError(message, HTTPStatus.CONFLICT)
        socket = web.WebSocketResponse(compress=False, max_msg_size=MESSAGE_LIMIT)
        if not socket.can_prepare(request).ok:
            raise WorldError("Connect with a WebSocket.", HTTPStatus.UPGRADE_REQUIRED)
        return socket

    async def _send(self, request: web.Request, socket: web.WebSocketResponse, sid: str) -> None:
        transport = request.transport

        def is_behind() -> bool:
            return transport is None or transport.get_write_buffer_size() > BACKLOG_BYTES

        listening = self._studio.listen(sid)
        with contextlib.closing(listening), contextlib.suppress(ConnectionError):
            await stream(
                self._clock, listening, lambda: self._is_live(sid), is_behind, socket.send_bytes
            )
            await socket.close()

    def _is_live(self, sid: str) -> bool:
        call = self._store.calls.get(sid)
        return call is not None and call.status not in ENDED_CALL


async def stream(
    clock: Clock,
    listening: Listening,
    is_live: Callable[[], bool],
    is_behind: Callable[[], bool],
    send: Callable[[bytes], Awaitable[None]],
) -> None:
    """Send frames as the clock goes, while the call is live.

    Frames of silence are left out, and all frames while the listener `is_behind`.
    """
    due = clock.now()
    while is_live():
        due = max(due + FRAME_TIME, clock.now())
        await clock.limit((due - clock.now()).total_seconds())
        frame = listening.read(FRAME)
        if not is_silent(frame) and not is_behind():
            await send(frame)
