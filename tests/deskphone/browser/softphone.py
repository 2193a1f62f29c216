"""A stand-in for the Voice SDK: it sends the SDK's frames, and keeps what comes back."""

import asyncio
import json
import math
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import jwt
from aiohttp import ClientWebSocketResponse, WSMsgType

from deskphone.values import ACCOUNT_SID, API_KEY_SECRET, API_KEY_SID
from tests.deskphone.in_process import START, World, in_process

WAIT_S = 20
Frame = tuple[str, dict[str, Any]]


@dataclass
class FakeMedia:
    """Media without sound; `events` says what happened to them, in order."""

    sid: str
    on_digit: Callable[[str], None]
    is_broken: bool = False
    events: list[str] = field(default_factory=list[str])

    async def answer(self, offer: str) -> str:
        await asyncio.sleep(0)
        self._check(offer)
        self.events.append("answered")
        return "answer\r\na=candidate:1 1 udp 1 127.0.0.1 5000 typ host\r\n"

    async def offer(self) -> str:
        await asyncio.sleep(0)
        if self.is_broken:
            raise ValueError("no address")
        self.events.append("offered")
        return "offer"

    def accept(self, answer: str) -> None:
        self._check(answer)
        self.events.append("accepted")

    def restart(self, offer: str) -> str:
        self._check(offer)
        self.events.append("restarted")
        return "restarted"

    def close(self) -> None:
        if "closed" not in self.events:
            self.events.append("closed")

    def _check(self, sdp: str) -> None:
        if not sdp.startswith("v=0"):
            raise ValueError("no version")


@dataclass
class Exchange:
    """What a test of browser calls works with."""

    world: World
    media: list[FakeMedia]
    broken: list[bool] = field(default_factory=list[bool])
    """Which of the next media are broken."""

    async def device(self, identity: str = "", host: str = "", **claims: Any) -> "Softphone":
        """Connect a Device without registering it."""
        query = f"?host={host}" if host else ""
        socket = await self.world.http.ws_connect(f"/signal{query}")
        phone = Softphone(self.world, socket)
        if identity or claims:
            await phone.listen(token(identity, **claims))
            await phone.next("connected")
        return phone

    async def registered(self, identity: str, **claims: Any) -> "Softphone":
        """Connect a Device and register it."""
        phone = await self.device(identity, **claims)
        await phone.register()
        await phone.next("ready")
        return phone

    async def application(self, document: str) -> str:
        """Create a TwiML application with this document; return its SID."""
        form = {"VoiceUrl": self.world.serve("/client", document)}
        _, made = await self.world.rest("POST", "Applications.json", form)
        return made["sid"]

    async def ring(self, to: str, inner: str = "", **form: str) -> str:
        """Let the REST API call a client; return the call's SID."""
        return await self.world.call(inner or "<Pause length='600'/>", to, **form)

    def status(self, sid: str) -> str:
        """Return the status of a call."""
        call = self.world.emulator.store.calls.get(sid)
        assert call is not None
        return call.status


class Softphone:
    """One Device. `seen` are the frames that have arrived and that no test has asked for."""

    def __init__(self, world: World, socket: ClientWebSocketResponse) -> None:
        self.world = world
        self.socket = socket
        self.seen: list[Frame] = []

    async def listen(self, token: str, **more: Any) -> None:
        """Send a token, as the SDK does when the socket opens and for `updateToken`."""
        browser = {"p": "browser", "plugin": "rtc", "v": "2.18.5", "browser": {}}
        await self.send(
            "listen", token=token, browserinfo=browser, **{"reconnectTimeout": 0} | more
        )

    async def listen_again(self) -> None:
        """Send a new token and wait until it is accepted."""
        self.seen.clear()
        await self.listen(token("alice"))
        await self.next("connected")

    async def register(self, *, audio: bool = True) -> None:
        await self.send("register", media={"audio": audio})

    async def connect(self, callsid: str = "TJS1", sdp: str = "", **params: str) -> None:
        """Make a call as `Device.connect` does."""
        given = "&".join(f"{quote(name)}={quote(value)}" for name, value in params.items())
        twilio = {"params": given} if given else {}
        await self.send("invite", callsid=callsid, sdp=sdp or sdp_of("A1"), twilio=twilio)

    async def send(self, kind: str, **payload: Any) -> None:
        text = json.dumps({"payload": payload, "type": kind, "version": "1.6"})
        await self.socket.send_str(text)

    async def next(self, kind: str) -> dict[str, Any]:
        """Return the payload of the next frame of this kind; let a second pass meanwhile."""
        async with asyncio.timeout(WAIT_S):
            while True:
                for index, (one, payload) in enumerate(self.seen):
                    if one == kind:
                        del self.seen[index]
                        return payload
                await self._read()

    async def _read(self) -> None:
        message = await self.socket.receive()
        assert message.type is WSMsgType.TEXT, message
        if message.data != "\n":
            frame = json.loads(message.data)
            assert frame["version"] == "1.6"
            self.seen.append((frame["type"], frame["payload"]))

    async def kinds(self) -> list[str]:
        """Return the kinds of the frames that have arrived, after all frames were handled."""
        await self.send("register", media={})
        await self.next("offline")
        return [kind for kind, _ in self.seen]

    async def ended(self) -> int | None:
        """Return the code with which the emulator closes the socket."""
        async with asyncio.timeout(WAIT_S):
            while not self.socket.closed:
                await self.socket.receive()
        return self.socket.close_code


def token(
    identity: str = "alice",
    application: str = "",
    *,
    ttl: float = 3600,
    secret: str = API_KEY_SECRET,
    headers: Mapping[str, str] | None = None,
    voice: Mapping[str, Any] | None = None,
    **claims: Any,
) -> str:
    """Return an access token as Twilio's SDK makes it."""
    now = math.floor(START.timestamp())
    outgoing = {"outgoing": {"application_sid": application}} if application else {}
    grants: dict[str, Any] = {
        "voice": {"incoming": {"allow": True}, **outgoing} | dict(voice or {})
    }
    if identity:
        grants["identity"] = identity
    payload = {
        "jti": f"{API_KEY_SID}-{now}", "iss": API_KEY_SID, "sub": ACCOUNT_SID, "iat": now,
        "exp": now + ttl, "grants": grants, **claims,
    }  # fmt: skip
    cty = {"cty": "twilio-fpa;v=1", **(headers or {})}
    return jwt.encode(payload, secret, algorithm="HS256", headers=cty)


def sdp_of(fingerprint: str) -> str:
    """Return a browser's SDP, of which only the fingerprint matters here."""
    return f"v=0\r\na=fingerprint:sha-256 {fingerprint}:FF\r\n"


def with_browsers(use: Callable[[Exchange], Awaitable[None]]) -> None:
    """Run a test with a fresh emulator on a manual clock, an app, and media without sound."""
    media: list[FakeMedia] = []
    broken: list[bool] = []

    def open_media(sid: str, on_digit: Callable[[str], None]) -> FakeMedia:
        is_broken = broken.pop(0) if broken else False
        media.append(FakeMedia(sid, on_digit, is_broken))
        return media[-1]

    in_process(lambda world: use(Exchange(world, media, broken)), open_media)
