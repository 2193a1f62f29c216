"""Calls to browsers: each Device of an identity rings, and the first to accept gets the call."""

from collections.abc import Callable
from contextlib import suppress
from urllib.parse import parse_qsl, quote

from deskphone.account.phone_numbers import CLIENT
from deskphone.account.store import Store
from deskphone.browser.devices import Devices
from deskphone.browser.legs import Leg, Legs
from deskphone.browser.media import Media
from deskphone.browser.outgoing import BAD_MEDIA, NO_MEDIA
from deskphone.browser.signaling.connection import Connection
from deskphone.browser.signaling.problems import Problems
from deskphone.line.calls import attestation
from deskphone.line.calls.exchange import Exchange
from deskphone.line.calls.live_calls import WrongStateError
from deskphone.line.tasks import Tasks
from deskphone.records.addresses import API_VERSION
from deskphone.records.call import ENDED_CALL, Call
from deskphone.values import ACCOUNT_SID


class Incoming:
    """Rings the Devices, and forwards what they do."""

    def __init__(
        self,
        store: Store,
        exchange: Exchange,
        devices: Devices,
        legs: Legs,
        problems: Problems,
        open_media: Callable[[str], Media],
        tasks: Tasks,
    ) -> None:
        """`open_media` opens the media of a leg by the SID of its call."""
        self._store = store
        self._exchange = exchange
        self._devices = devices
        self._legs = legs
        self._problems = problems
        self._open_media = open_media
        self._tasks = tasks

    def ring(self, call: Call) -> None:
        """Ring a call that goes to an identity that browsers have registered."""
        self._tasks.start(call.sid, lambda: self._ring(call))

    async def _ring(self, call: Call) -> None:
        identity = identity_of(call)
        devices = self._devices.of(identity)
        if not devices:
            self._store.note(call.sid, "event", "not registered", "in any browser")
            self._give_up(call.sid)
        legs = [
            Leg(call.sid, identity, True, device, self._open_media(call.sid)) for device in devices
        ]
        for leg in legs:
            self._legs.add(leg)
        for leg in legs:
            try:
                sdp = await leg.media.offer()
            except ValueError as error:
                self._fail(leg, error)
                continue
            if not self._is_ringing(call.sid):  # answered or over in the meantime
                leg.close()
            elif leg.state == "ringing":
                parameters = self._parameters(call, identity)
                leg.send("invite", sdp=sdp, reconnect=leg.token, parameters=parameters)

    def _is_ringing(self, sid: str) -> bool:
        call = self._store.calls.get(sid)
        return call is not None and call.answered is None and call.status not in ENDED_CALL

    def _parameters(self, call: Call, identity: str) -> dict[str, str]:
        """Return what the page reads in `call.parameters` and `call.customParameters`.

        The names in Params are raw, because the SDK only decodes the values.
        """
        query = call.to.removeprefix(CLIENT).partition("?")[2]
        custom = (*parse_qsl(query, keep_blank_values=True), *call.parameters)
        given = "&".join(f"{name}={quote(value, safe='')}" for name, value in custom)
        return {
            "CallSid": call.sid,
            "From": call.sender,
            "To": CLIENT + identity,
            "AccountSid": ACCOUNT_SID,
            "ApiVersion": API_VERSION,
            **self._attested(call),
            **({"Params": given} if given else {}),
        }

    def _attested(self, call: Call) -> dict[str, str]:
        """Return what vouches for the caller: only for one who called a number of the account."""
        caller = self._store.calls.get(call.parent_call_sid or "")
        if (
            caller is None
            or caller.direction != "inbound"
            or caller.sender != call.sender
            or call.sender.startswith(CLIENT)
        ):
            return {}
        checked = dict(attestation.of_incoming(caller)).get("StirVerstat")
        return {"StirStatus": checked} if checked else {}

    def accept(self, leg: Leg, sdp: str) -> None:
        """Connect a Device that accepted the call; the others stop ringing."""
        if leg.state != "ringing" or not leg.is_incoming:
            return
        try:
            leg.media.accept(sdp)
        except ValueError as error:
            self._fail(leg, error)
            return
        leg.remote = sdp
        if self._answer(leg):
            leg.send("answer", reconnect=leg.token)

    def _answer(self, leg: Leg) -> bool:
        """Answer the call with this leg; return whether it was still ringing."""
        try:
            self._exchange.answer(leg.sid)
        except WrongStateError:
            leg.send("cancel")
            leg.close()
            return False
        leg.state = "open"
        self.stop_ringing(leg.sid)
        return True

    def stop_ringing(self, sid: str) -> None:
        """Cancel the call on all Devices that ring."""
        for leg in self._legs.of_call(sid):
            if leg.state == "ringing":
                leg.send("cancel")
                leg.close()

    def reject(self, leg: Leg) -> None:
        """Decline the call on one Device: the caller is told once no other one rings.

        Twilio doesn't document what happens to the other Devices. They keep ringing, as several
        phones of one SIP address do.
        """
        leg.close()
        if not self._legs.of_call(leg.sid):
            with suppress(WrongStateError):
                self._exchange.decline(leg.sid)

    def leave(self, leg: Leg) -> None:
        """Take a Device out of a call: it hung up, or it is gone."""
        was_ringing = leg.state == "ringing"
        leg.close()
        if not was_ringing:
            with suppress(WrongStateError):
                self._exchange.hang_up(leg.sid)
        elif not self._legs.of_call(leg.sid):
            self._give_up(leg.sid)

    def _fail(self, leg: Leg, error: ValueError) -> None:
        """Take a Device out of a call because its media don't work."""
        if leg.state == "closed":  # which may be why they don't
            return
        self._problems.name(BAD_MEDIA, NO_MEDIA.format(error), leg.sid)
        leg.send("hangup", error={"code": BAD_MEDIA, "message": NO_MEDIA.format(error)})
        self.leave(leg)

    def _give_up(self, sid: str) -> None:
        with suppress(WrongStateError):
            self._exchange.unreachable(sid)

    def move(self, leg: Leg, device: Connection, offer: str) -> None:
        """Let another Device of the identity have the call (`connectToken`)."""
        moved = Leg(leg.sid, leg.identity, True, device, self._open_media(leg.sid))
        moved.remote, moved.token = offer, leg.token
        self._legs.add(moved)
        self._tasks.start(leg.sid, lambda: self._move(leg, moved))

    async def _move(self, leg: Leg, moved: Leg) -> None:
        try:
            sdp = await moved.media.answer(moved.remote)
        except ValueError as error:
            self._fail(moved, error)
            return
        if leg.state == "closed" or moved.state == "closed":
            moved.send("hangup")
            moved.close()
            return
        was_ringing = leg.state == "ringing"
        leg.send("cancel" if was_ringing else "hangup")
        leg.close()
        if was_ringing and not self._answer(moved):
            return
        moved.state = "open"
        moved.send("answer", sdp=sdp, reconnect=moved.token)


def identity_of(call: Call) -> str:
    """Return the identity that a call goes to, or ""; parameters may follow it after "?"."""
    return call.to.removeprefix(CLIENT).partition("?")[0] if call.to.startswith(CLIENT) else ""
