"""The dialer: rings other phones for a call."""

from collections.abc import Callable

from deskphone.account.store import Store, new_sid
from deskphone.clock import Clock
from deskphone.line.session.legs import Leg, LegRequest
from deskphone.records.call import RING_LONGER_S, Call
from deskphone.records.instructions import Instructions


class Dialer:
    """Places the calls of a <Dial>, and hangs them up."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        start: Callable[[Call, LegRequest, Leg], None],
        hang_up: Callable[[str], None],
    ) -> None:
        """`start` runs a new call; `hang_up` ends one by its SID, unless it is over."""
        self._store = store
        self._clock = clock
        self._start = start
        self._hang_up = hang_up

    def dial(self, parent_sid: str, request: LegRequest) -> Leg:
        """Ring a phone and return the leg immediately."""
        now, parent = self._clock.now(), self._store.calls.get(parent_sid)
        number = self._store.number(request.sender)
        call = Call(
            sid=new_sid("CA"),
            to=request.to,
            sender=request.sender,
            direction="outbound-dial",
            status="ringing",
            created=now,
            updated=now,
            dialed=now,
            phone_number_sid=number.sid if number else None,
            parent_call_sid=parent_sid,
            called_via=parent.to if parent and parent.direction == "inbound" else None,
            callback=request.callback,
            instructions=Instructions(),
            timeout_s=request.timeout_s + RING_LONGER_S,
            time_limit_s=request.time_limit_s,
            parameters=request.parameters,
        )
        self._store.calls.put(call)
        if request.parameters:
            given = ", ".join(f"{name}={value}" for name, value in request.parameters)
            self._store.note(call.sid, "event", "parameters", given)
        leg = Leg(call.sid)
        self._start(call, request, leg)
        return leg

    def release(self, leg: Leg) -> None:
        """Hang up a leg, unless it is over or was redirected."""
        if not leg.left:
            self._hang_up(leg.sid)
