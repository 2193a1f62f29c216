"""Calls from browsers: a TwiML application answers them."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from urllib.parse import parse_qsl

from deskphone.account.phone_numbers import CLIENT
from deskphone.account.store import Store
from deskphone.browser.legs import Leg, Legs
from deskphone.browser.media import Media
from deskphone.browser.signaling.connection import Connection
from deskphone.browser.signaling.frames import Frame
from deskphone.browser.signaling.problems import Problems
from deskphone.browser.signaling.tokens import AccessToken
from deskphone.line.calls.exchange import Exchange
from deskphone.line.calls.live_calls import WrongStateError
from deskphone.line.tasks import Tasks
from deskphone.records.call import Call

ANONYMOUS = "Anonymous"
"""The identity of a caller whose token has none."""
LEGS_LIMIT = 20
"""How many calls a Device may be in at once."""
PARAMETERS_LIMIT = 100
NO_APPLICATION, DECLINED, NO_URL, MALFORMED, BUSY = 31001, 31002, 31404, 31100, 31486
BAD_MEDIA = 31000
NO_MEDIA = "The browser's sound can't be connected: {}."
ENDINGS: Mapping[str, tuple[int, str]] = {
    "busy": (BUSY, "The app rejected the call as busy"),
    "no-answer": (31480, "The app didn't answer the call"),
    "failed": (31000, "The call failed"),
}
"""Codes and messages for calls that end before they are answered, by their status."""


class CallRefusedError(Exception):
    """A browser may not make this call; `code` is the signaling's."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Outgoing:
    """Places the calls, and tells the browsers how they go."""

    def __init__(
        self,
        store: Store,
        exchange: Exchange,
        legs: Legs,
        problems: Problems,
        open_media: Callable[[str], Media],
        tasks: Tasks,
    ) -> None:
        """`open_media` opens the media of a leg by the SID of its call."""
        self._store = store
        self._exchange = exchange
        self._legs = legs
        self._problems = problems
        self._open_media = open_media
        self._tasks = tasks

    def place(self, device: Connection, token: AccessToken, frame: Frame) -> None:
        """Call the application in the token with the parameters of `Device.connect`."""
        name, offer = frame.payload.text("callsid"), frame.payload.text("sdp")
        try:
            call = self._called(device, token, frame, name, offer)
        except CallRefusedError as refusal:
            self._problems.name(refusal.code, refusal.message)
            error = {"code": refusal.code, "message": refusal.message}
            device.send("hangup", {"callsid": name, "error": error})
            return
        media = self._open_media(call.sid)
        leg = Leg(call.sid, token.identity, False, device, media, name, offer, offer)
        self._legs.add(leg)
        leg.send("ringing")

    def _called(
        self, device: Connection, token: AccessToken, frame: Frame, name: str, offer: str
    ) -> Call:
        if not name or not offer:
            raise CallRefusedError(MALFORMED, "An invite needs a callsid and an sdp.")
        if not token.application_sid:
            message = (
                "The token doesn't allow outgoing calls. Add a VoiceGrant with "
                "outgoing_application_sid, the SID of your TwiML application."
            )
            raise CallRefusedError(DECLINED, message)
        application = self._store.applications.get(token.application_sid)
        if application is None:
            message = (
                f"The token's TwiML application {token.application_sid[:34]} doesn't exist. "
                "Create one with Applications.json, and put its SID into the VoiceGrant."
            )
            raise CallRefusedError(NO_APPLICATION, message)
        if not application.voice_url:
            message = f"The TwiML application {application.sid} has no VoiceUrl. Set one."
            raise CallRefusedError(NO_URL, message)
        if self._legs.found(device, name) or len(self._legs.of_device(device)) >= LEGS_LIMIT:
            message = f"A Device can be in {LEGS_LIMIT} calls at once, each with its own callsid."
            raise CallRefusedError(BUSY, message)
        # What the server put into the token overrides what the page says.
        parameters = {**_parameters(frame), **token.parameters}
        caller = CLIENT + (token.identity or ANONYMOUS)
        return self._exchange.call_application(caller, application, parameters)

    def follow(self, leg: Leg, call: Call) -> None:
        """Let the browser know that its call was answered.

        A plain <Dial> answers the call, but its caller hears a ringing tone until someone is
        connected, and so the SDK reports an answer only then.
        """
        if leg.is_negotiating or leg.state == "open" or call.answered is None:
            return
        if leg.state == "ringing":
            leg.is_negotiating = True
            self._tasks.start(call.sid, lambda: self._open(leg))
        elif not call.is_dialing:
            self._answer(leg)

    async def _open(self, leg: Leg) -> None:
        try:
            sdp = await leg.media.answer(leg.offer)
        except ValueError as error:
            if leg.state != "closed":  # or it was closed meanwhile, which is no problem
                self._problems.name(BAD_MEDIA, NO_MEDIA.format(error), leg.sid)
                leg.send("hangup", error={"code": BAD_MEDIA, "message": NO_MEDIA.format(error)})
                with suppress(WrongStateError):
                    self._exchange.end(leg.sid)
            return
        finally:
            leg.is_negotiating = False
        call = self._store.calls.get(leg.sid)
        if leg.state != "ringing" or call is None:
            leg.media.close()
        elif call.is_dialing:
            leg.state = "early"
            leg.send("ringing", sdp=sdp)
        else:
            self._answer(leg, sdp=sdp)

    def _answer(self, leg: Leg, **more: object) -> None:
        leg.state = "open"
        leg.send("answer", reconnect=leg.token, **more)

    def end(self, leg: Leg, call: Call | None) -> None:
        """Let the browser know that its call is over, and why if it was never answered."""
        ending = ENDINGS.get(call.status) if call and call.answered is None else None
        if ending is None:
            leg.send("hangup")
        else:
            leg.send("hangup", error={"code": ending[0], "message": ending[1]})


def _parameters(frame: Frame) -> dict[str, str]:
    """Return the parameters of `Device.connect`; of those with the same name, the last counts."""
    given = frame.payload.part("twilio").text("params")
    try:
        pairs = parse_qsl(
            given, keep_blank_values=True, errors="replace", max_num_fields=PARAMETERS_LIMIT
        )
    except ValueError as error:
        message = f"A call can have {PARAMETERS_LIMIT} parameters at most."
        raise CallRefusedError(MALFORMED, message) from error
    return dict(pairs)
