"""The calls of browsers: what the browsers ask for, and what becomes of the calls."""

import asyncio
import hmac
import re
from collections.abc import Callable
from contextlib import suppress

from deskphone.account.store import Record, Store
from deskphone.browser.devices import Devices
from deskphone.browser.incoming import Incoming, identity_of
from deskphone.browser.legs import Leg, Legs
from deskphone.browser.media import Media
from deskphone.browser.outgoing import BAD_MEDIA, Outgoing
from deskphone.browser.signaling.connection import Connection
from deskphone.browser.signaling.frames import Frame
from deskphone.browser.signaling.problems import Problems
from deskphone.browser.signaling.tokens import AccessToken
from deskphone.clock import Clock
from deskphone.line.calls.exchange import Exchange
from deskphone.line.calls.live_calls import WrongStateError
from deskphone.line.tasks import Tasks
from deskphone.records.call import ENDED_CALL, Call

GONE = 31481
SHORTEST_PATIENCE_S = 5
"""How long a call survives without its socket, at least. Twilio doesn't document its own time."""
NOT_KEYS = re.compile(r"[^0-9*#A-D]")
KEYS_LIMIT = 100


class BrowserCalls:
    """Connects browsers with the exchange. Subscribes to the calls in the store."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        exchange: Exchange,
        devices: Devices,
        problems: Problems,
        open_media: Callable[[str, Callable[[str], None]], Media],
    ) -> None:
        self._store = store
        self._clock = clock
        self._exchange = exchange
        self._devices = devices
        self._tasks = Tasks(store)
        self._changed: set[str] = set()
        self._rung: set[str] = set()
        self.legs = legs = Legs()

        def open_leg(sid: str) -> Media:
            return open_media(sid, lambda digit: self.press(sid, digit))

        self._outgoing = Outgoing(store, exchange, legs, problems, open_leg, self._tasks)
        self._incoming = Incoming(store, exchange, devices, legs, problems, open_leg, self._tasks)
        store.subscribe(self._record_changed)

    def invite(self, device: Connection, token: AccessToken, frame: Frame) -> None:
        """Make a call or, with a reconnect token, continue one."""
        if frame.payload.text("reconnect"):
            self._continue(device, frame)
        else:
            self._outgoing.place(device, token, frame)

    def _continue(self, device: Connection, frame: Frame) -> None:
        sid, offer = frame.payload.text("callsid"), frame.payload.text("sdp")
        token = frame.payload.text("reconnect").encode()
        leg = next(
            (
                leg
                for leg in self.legs.of_call(sid)
                if hmac.compare_digest(leg.token.encode(), token)
                and leg.identity == device.identity
            ),
            None,
        )
        if leg is None:
            error = {"code": GONE, "message": "The call is over, or its token is wrong."}
            device.send("hangup", {"callsid": sid, "error": error})
        elif leg.state == "open" and leg.is_of(offer):
            leg.device = device
            leg.send("answer", reconnect=leg.token)
        elif leg.is_incoming:
            self._incoming.move(leg, device, offer)
        else:
            error = {"code": GONE, "message": "Only an incoming call can move to another Device."}
            device.send("hangup", {"callsid": sid, "error": error})

    def answer(self, device: Connection, frame: Frame) -> None:
        """Accept a call that rings."""
        leg = self.legs.found(device, frame.payload.text("callsid"))
        if leg is not None:
            self._incoming.accept(leg, frame.payload.text("sdp"))

    def reject(self, device: Connection, frame: Frame) -> None:
        """Decline a call that rings."""
        leg = self.legs.found(device, frame.payload.text("callsid"))
        if leg is not None and leg.is_incoming and leg.state == "ringing":
            self._incoming.reject(leg)

    def hang_up(self, device: Connection, frame: Frame) -> None:
        """End a call in any state."""
        leg = self.legs.found(device, frame.payload.text("callsid"))
        if leg is not None:
            leg.device = None  # it knows
            self._leave(leg)

    def keys(self, device: Connection, frame: Frame) -> None:
        """Press keys; pauses between them are left out."""
        leg = self.legs.found(device, frame.payload.text("callsid"))
        keys = NOT_KEYS.sub("", frame.payload.text("dtmf"))[:KEYS_LIMIT]
        if leg is not None and keys:
            self.press(leg.sid, keys)

    def press(self, sid: str, keys: str) -> None:
        """Press keys in a call; they are lost if it isn't in progress."""
        with suppress(WrongStateError):
            self._exchange.press(sid, keys)

    def restart(self, device: Connection, frame: Frame) -> None:
        """Find a new path for the media (ICE restart)."""
        leg, offer = (
            self.legs.found(device, frame.payload.text("callsid")),
            frame.payload.text("sdp"),
        )
        if leg is None or leg.state != "open":
            return
        try:
            sdp = leg.media.restart(offer)
        except ValueError:
            leg.send("hangup", error={"code": BAD_MEDIA, "message": "The SDP is unusable."})
            self._leave(leg)
            return
        leg.remote = offer
        leg.send("answer", sdp=sdp, reconnect=leg.token)

    def lost(self, device: Connection) -> None:
        """Keep the calls of a closed socket for a while, as far as the SDK can continue them."""
        patience_s = max(device.patience_s, SHORTEST_PATIENCE_S)
        for leg in self.legs.of_device(device):
            leg.device = None
            if leg.state == "open" or leg.is_incoming:
                self._tasks.start(leg.sid, lambda leg=leg: self._wait_for(leg, patience_s))
            else:
                self._leave(leg)

    async def _wait_for(self, leg: Leg, patience_s: float) -> None:
        await self._clock.limit(patience_s)
        if leg.device is None and leg.state != "closed":
            self._store.note(leg.sid, "event", "connection lost", "to the browser")
            self._leave(leg)

    def _leave(self, leg: Leg) -> None:
        if leg.is_incoming:
            self._incoming.leave(leg)
        else:
            leg.close()
            with suppress(WrongStateError):
                self._exchange.hang_up(leg.sid)

    def _record_changed(self, kind: str, record: Record | None) -> None:
        """Look at a changed call once the step that changes it is complete."""
        if not isinstance(record, Call) or record.sid in self._changed:
            return
        if self.legs.has(record.sid) or self._devices.claimed(identity_of(record)):
            self._changed.add(record.sid)
            asyncio.get_running_loop().call_soon(self._follow, record.sid)

    def _follow(self, sid: str) -> None:
        """Tell the browsers what became of a call."""
        self._changed.discard(sid)
        call = self._store.calls.get(sid)
        if call is None or call.status in ENDED_CALL:
            self._end(sid, call)
        elif call.direction == "inbound":
            for leg in self.legs.of_call(sid):
                self._outgoing.follow(leg, call)
        elif call.answered is not None:
            self._incoming.stop_ringing(sid)
        elif call.status == "ringing" and sid not in self._rung:
            self._rung.add(sid)
            self._incoming.ring(call)

    def _end(self, sid: str, call: Call | None) -> None:
        self._rung.discard(sid)
        for leg in self.legs.of_call(sid):
            if leg.is_incoming:
                leg.send("hangup" if leg.state == "open" else "cancel")
            else:
                self._outgoing.end(leg, call)
        self.legs.close(sid)

    def cancel(self) -> list[asyncio.Task[None]]:
        """End all calls on the browsers' side, for a reset or shutdown; return canceled tasks."""
        for leg in self.legs.all():
            self._end(leg.sid, None)
        self._rung.clear()
        return self._tasks.cancel()
