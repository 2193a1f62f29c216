"""The signaling server: /signal, a WebSocket for each Device."""

import asyncio
from collections.abc import Callable, Mapping
from http import HTTPStatus

from aiohttp import WSMsgType, web

from deskphone.account.store import Store
from deskphone.browser.calls import BrowserCalls
from deskphone.browser.devices import Devices
from deskphone.browser.messages import CallMessages
from deskphone.browser.signaling import edges
from deskphone.browser.signaling.connection import Connection
from deskphone.browser.signaling.frames import HEARTBEAT, Frame, FrameError, read
from deskphone.browser.signaling.problems import Problems
from deskphone.browser.signaling.tokens import EXPIRED, INVALID, AccessToken, TokenError, Tokens
from deskphone.clock import Clock
from deskphone.faults.faults import Faults
from deskphone.faults.kinds import BROWSERS
from deskphone.values import ACCOUNT_SID

FRAME_LIMIT = 64 * 1024
"""The size of a frame in bytes. The SDK's largest ones hold an SDP of a few thousand."""
CONNECTIONS_LIMIT = 200
LONGEST_PATIENCE_S = 30
"""The longest time that the SDK asks for (`maxCallSignalingTimeoutMs`)."""
KIND_SHOWN = 40
BINARY = ""
"""Stands for the content of a binary frame, which the SDK never sends."""

Handler = Callable[[Connection, AccessToken, Frame], None]


class Gateway:
    """Reads the frames of all Devices, and answers those that aren't about calls."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        faults: Faults,
        tokens: Tokens,
        devices: Devices,
        problems: Problems,
        calls: BrowserCalls,
        messages: CallMessages,
    ) -> None:
        self._store = store
        self._clock = clock
        self._faults = faults
        self._tokens = tokens
        self._devices = devices
        self._problems = problems
        self._calls = calls
        self._connections: dict[Connection, None] = {}
        # Only these two start something, so only they check again whether the token is valid.
        self._guarded: Mapping[str, Handler] = {
            "register": self._register,
            "invite": calls.invite,
        }
        self._others: Mapping[str, Callable[[Connection, Frame], None]] = {
            "listen": self._listen,
            "answer": calls.answer,
            "reject": calls.reject,
            "hangup": calls.hang_up,
            "dtmf": calls.keys,
            "reinvite": calls.restart,
            "message": messages.receive,
        }

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Serve one Device until its socket closes."""
        socket = web.WebSocketResponse(max_msg_size=FRAME_LIMIT)
        if not socket.can_prepare(request).ok:
            text = "This is for the Voice SDK: connect with a WebSocket.\n"
            return web.Response(status=HTTPStatus.UPGRADE_REQUIRED, text=text)
        if len(self._connections) >= CONNECTIONS_LIMIT and not self._makes_room():
            self._problems.name(None, f"More than {CONNECTIONS_LIMIT} Devices want to connect.")
            return web.Response(status=HTTPStatus.SERVICE_UNAVAILABLE)
        await socket.prepare(request)
        edge = edges.edge_of(request.query.get("host") or request.host)
        device = Connection(socket, edge, lambda: _abort(request), self._is_dropped)
        self._connections[device] = None
        writer = asyncio.create_task(device.write())
        try:
            async for message in socket:
                self._read(device, message.data if message.type is WSMsgType.TEXT else BINARY)
        finally:
            self._gone(device)
            device.close()
            writer.cancel()
            await asyncio.wait([writer])
        return socket

    def _makes_room(self) -> bool:
        """Drop the oldest socket without a token, if any: pages of all sites can open sockets."""
        stranger = next((one for one in self._connections if one.token is None), None)
        if stranger is None:
            return False
        del self._connections[stranger]
        stranger.drop()
        return True

    def _is_dropped(self) -> bool:
        """Whether a fault drops the socket at this heartbeat."""
        fault = self._faults.pick(BROWSERS.name, lambda fault: fault.kind == "dropped")
        return fault is not None

    def _read(self, device: Connection, text: str) -> None:
        """Act on one frame; nothing in it may end the connection of the others."""
        if text == HEARTBEAT:
            return
        try:
            self._act(device, read(text))
        except FrameError as error:
            self._problems.name(None, f"A browser sent a frame that was ignored: {error}.")
        except Exception as error:  # noqa: BLE001 - the last line of defense
            self._store.alert("", None, f"Internal error in the emulator: {error!r}")

    def _act(self, device: Connection, frame: Frame) -> None:
        handler = self._others.get(frame.kind)
        if handler is not None:
            handler(device, frame)
            return
        guarded = self._guarded.get(frame.kind)
        if guarded is None:
            raise FrameError(f"its type {frame.kind[:KIND_SHOWN]!r} is unknown")
        try:
            guarded(device, self._valid(device), frame)
        except TokenError as error:
            self._refuse(device, error)
            if frame.kind == "register":
                self._unregister(device)
            else:
                failed = {"code": error.code, "message": error.message}
                device.send("hangup", {"callsid": frame.payload.text("callsid"), "error": failed})

    def _valid(self, device: Connection) -> AccessToken:
        """Return the Device's token if it is still valid; raise TokenError."""
        if device.token is None:
            raise TokenError(
                INVALID, "The Device has no valid token yet. Wait until it is accepted."
            )
        if self._faults.pick(BROWSERS.name, lambda fault: fault.kind == "expired"):
            raise TokenError(EXPIRED, "The token has expired (a fault).")
        return self._tokens.checked(device.token.text)

    def _listen(self, device: Connection, frame: Frame) -> None:
        """Take a new token: the Device's first one, or another one on a live socket."""
        payload = frame.payload
        device.patience_s = payload.seconds("reconnectTimeout", LONGEST_PATIENCE_S)
        try:
            token = self._accepted(payload.text("token"))
        except TokenError as error:
            self._refuse(device, error)
            return
        was_registered = device in self._devices.of(device.identity)
        if token.identity != device.identity:
            self._devices.remove(device)
        device.token = token
        if was_registered:
            self._add(device, token)
        device.expire_with(asyncio.create_task(self._expire(device, token)))
        now = self._clock.now()
        known = {
            "identity": token.identity or None,
            "ttl": token.ttl(now),
            "accountSid": ACCOUNT_SID,
        }
        where = {"edge": device.edge, "region": edges.region_of(device.edge), "home": edges.HOME}
        device.send("connected", {**where, "gateway": "local", "token": known})

    def _accepted(self, text: str) -> AccessToken:
        """Return a new token; raise TokenError, also for a fault."""
        fault = self._faults.pick(BROWSERS.name, lambda fault: fault.kind.isdecimal())
        if fault is not None:
            raise TokenError(int(fault.kind), f"The injected fault {fault.kind} refuses tokens.")
        return self._tokens.checked(text)

    async def _expire(self, device: Connection, token: AccessToken) -> None:
        """Unregister a Device when its token expires; its calls go on."""
        await self._clock.limit(token.expires_s - self._clock.now().timestamp())
        self._refuse(
            device,
            TokenError(EXPIRED, "The token has expired. Get a new one and call updateToken."),
        )
        self._unregister(device)

    def _unregister(self, device: Connection) -> None:
        """Take a Device whose token is no longer valid off the line, if it was on it."""
        if device in self._devices.of(device.identity):
            self._devices.remove(device)
            device.send("offline", {})

    def _register(self, device: Connection, token: AccessToken, frame: Frame) -> None:
        """Register or unregister a Device. The SDK repeats it every 30 seconds."""
        if frame.payload.part("media").members.get("audio") is not True:
            self._devices.remove(device)
            device.send("offline", {})
            return
        self._add(device, token)
        device.send("ready", {})

    def _add(self, device: Connection, token: AccessToken) -> None:
        if not token.identity:
            message = "A Device without an identity registered. Calls can't reach it."
            self._problems.name(None, message)
            return
        self._devices.claim(token.identity)
        if token.incoming:
            self._devices.add(device)
            return
        self._devices.remove(device)
        message = (
            f"The token of client:{token.identity} doesn't allow incoming calls, so none reach it. "
            "Create it with a VoiceGrant that has incoming_allow."
        )
        self._problems.name(None, message)

    def _refuse(self, device: Connection, error: TokenError) -> None:
        self._problems.name(error.code, error.message)
        device.refuse(error.code, error.message)

    def _gone(self, device: Connection) -> None:
        self._connections.pop(device, None)
        self._devices.remove(device)
        device.expire_with(None)
        self._calls.lost(device)

    def close(self) -> None:
        """Close all sockets."""
        for device in list(self._connections):
            device.close()


def _abort(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()
