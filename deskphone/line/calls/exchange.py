"""The exchange: places calls, rings handsets, and forwards what people do with them."""

from collections.abc import Callable, Mapping

from deskphone.account.handlers import voice_handler
from deskphone.account.store import Store, new_sid
from deskphone.clock import Clock
from deskphone.line.calls.lifecycle import Lifecycle
from deskphone.line.calls.live_calls import LiveCall, LiveCalls, PickedUp, WrongStateError
from deskphone.line.field_order import VOICE
from deskphone.line.session.handset import Heard, Silence, Speech
from deskphone.line.studio.people import People
from deskphone.records.application import Application
from deskphone.records.call import Call
from deskphone.records.instructions import (
    Instructions,
    VoiceHandler,
    callback_of,
    instructions_of,
)
from deskphone.records.phone_number import PhoneNumber


class Exchange:
    """Actions on calls from outside: from the REST API and from people."""

    def __init__(
        self, store: Store, clock: Clock, calls: LiveCalls, lifecycle: Lifecycle, people: People
    ) -> None:
        self._store = store
        self._clock = clock
        self._calls = calls
        self._lifecycle = lifecycle
        self._people = people

    def place(self, call: Call, afterwards: Callable[[], None] = lambda: None) -> None:
        """Dial a call that the REST API created.

        `afterwards` is called when the call ends or is redirected.
        """

        async def run(live: LiveCall) -> None:
            try:
                await self._lifecycle.outgoing(live)
            finally:
                afterwards()

        self._calls.start(call, run)

    def ring(self, caller: str, number: PhoneNumber) -> Call:
        """Call one of the account's numbers from a person's phone; return the new call."""
        handler = voice_handler(number, self._store)
        call = self._incoming(caller, number.phone_number, handler, number.sid)
        self._calls.start(call, self._lifecycle.incoming)
        return call

    def call_application(
        self, client: str, application: Application, parameters: Mapping[str, str]
    ) -> Call:
        """Call a TwiML application from a client, such as client:alice; return the new call.

        `parameters` are the client's own, which the application's URL gets. `To` is one of them.
        """
        call = self._incoming(client, parameters.get("To", ""), application)
        # A client can't pass off a parameter as one of Twilio's own.
        given = tuple((name, value) for name, value in parameters.items() if name not in VOICE)
        opening = (("ApplicationSid", application.sid), *given)
        self._calls.start(call, lambda live: self._lifecycle.from_client(live, opening))
        return call

    def answer(self, sid: str) -> None:
        """Answer the ringing handset."""
        self._pick_up(sid, "answer")

    def answer_by_machine(self, sid: str) -> None:
        """Let an answering machine answer."""
        self._pick_up(sid, "machine")

    def decline(self, sid: str) -> None:
        """Decline the call on the ringing handset."""
        self._pick_up(sid, "decline")

    def unreachable(self, sid: str) -> None:
        """End a ringing call because nothing is there to ring: no-answer, without waiting."""
        self._pick_up(sid, "unreachable")

    def press(self, sid: str, digits: str) -> None:
        """Press keys on the handset."""
        self._people.press(self._forward(sid, *digits, what="Keys").call, digits)
        self._store.note(sid, "event", "keys", digits)

    def speak(self, sid: str, text: str, *, final: bool) -> None:
        """Say something into the handset; not final while the person is still speaking."""
        live = self._forward(sid, Speech(text, final), what="Speech")
        call = live.call
        if final:
            self._calls.run_alongside(live, lambda: self._people.speak(call, text))
            self._store.note(sid, "event", "speech", text)

    def stop_talking(self, sid: str) -> None:
        """Stop talking into the handset."""
        self._forward(sid, Silence(), what="Silence")
        self._store.note(sid, "event", "silence")

    def hang_up(self, sid: str) -> None:
        """Hang up the handset, or decline if it is ringing."""
        call = self._calls.found(sid).call
        if call.direction != "inbound" and call.status != "in-progress":
            self.decline(sid)
            return
        self._store.note(sid, "event", "hung up", "by the handset")
        self.end(sid)

    def end(self, sid: str) -> None:
        """End the call in any state: canceled if it wasn't answered, otherwise completed."""
        self._calls.end(sid)

    def limit(self, sid: str, seconds: int) -> None:
        """Set a call's time limit, in seconds from its answer."""
        self._calls.limit(sid, seconds)

    def redirect(self, sid: str, instructions: Instructions) -> None:
        """Redirect a call in progress to other instructions immediately."""
        live = self._calls.found(sid)
        self._store.note(sid, "event", "redirected", "by the REST API")
        self._calls.interrupt(live)
        self._calls.run(live, lambda: self._lifecycle.redirected(live, instructions))

    def _incoming(
        self, caller: str, to: str, handler: VoiceHandler, number_sid: str | None = None
    ) -> Call:
        """Store a new call to a phone number or an application, and return it."""
        now = self._clock.now()
        call = Call(
            sid=new_sid("CA"),
            to=to,
            sender=caller,
            direction="inbound",
            status="ringing",
            created=now,
            updated=now,
            dialed=now,
            phone_number_sid=number_sid,
            callback=callback_of(handler),
            instructions=instructions_of(handler),
        )
        return self._store.calls.put(call)

    def _forward(self, sid: str, *heard: Heard, what: str) -> LiveCall:
        live = self._calls.found(sid)
        if live.call.status != "in-progress":
            raise WrongStateError(
                f"{what} can only be sent to a call in progress; this call is {live.call.status}."
            )
        live.session.handset.take(*heard)
        return live

    def _pick_up(self, sid: str, what: PickedUp) -> None:
        live = self._calls.found(sid)
        call = live.call
        if call.direction == "inbound":
            raise WrongStateError("Your app answers this call; the handset can only hang up.")
        if live.picked_up.done():
            raise WrongStateError("The handset has already answered or declined this call.")
        if call.status != "ringing":
            message = (
                f"Only a ringing handset can be answered or declined; this call is {call.status}."
            )
            raise WrongStateError(message)
        live.picked_up.set_result(what)
        if what in (
            "answer",
            "machine",
        ):  # immediately, so that the person's next action finds them in a call
            self._calls.connect(sid)
