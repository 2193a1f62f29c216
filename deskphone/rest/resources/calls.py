"""The Calls resource (twilio.com/docs/voice/api/call-resource)."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from deskphone.account.numbers import e164, is_other_channel
from deskphone.account.sids import new_sid
from deskphone.records import ENDED_CALL, Call, Instructions, PhoneNumber, StatusCallback
from deskphone.rest import wire
from deskphone.rest.errors import NotEmulatedError, TwilioRefusalError, not_found
from deskphone.rest.parameters import Parameters
from deskphone.rest.resource import UNNUMBERED, Resource, by_date
from deskphone.rest.resources import call_options
from deskphone.values import LINE

TWIML_LIMIT = 4000
EVENTS = ("initiated", "ringing", "answered", "completed")
EMULATED = (
    "To", "From", "Url", "Method", "FallbackUrl", "FallbackMethod", "Twiml", "StatusCallback",
    "StatusCallbackMethod", "StatusCallbackEvent", "Timeout", "TimeLimit", *call_options.EMULATED,
)  # fmt: skip
NOT_EMULATED = (
    "SipAuthUsername", "SipAuthPassword", "CallerId", "Byoc", "CallReason", "CallToken",
    "ClientNotificationUrl", "ApplicationSid",
)  # fmt: skip
UPDATES = (
    "Url", "Method", "Twiml", "FallbackUrl", "FallbackMethod", "Status", "StatusCallback",
    "StatusCallbackMethod", "TimeLimit",
)  # fmt: skip
LONGEST_S = 86400


class Exchange(Protocol):
    """Where calls live: it places them, ends them and sends them elsewhere."""

    def place(self, call: Call, afterwards: Callable[[], None] = ...) -> None: ...

    def end(self, sid: str) -> None: ...

    def redirect(self, sid: str, instructions: Instructions) -> None: ...

    def limit(self, sid: str, seconds: int) -> None: ...


@dataclass
class Calls(Resource[Call]):
    """Create, list, fetch, update (end, redirect), delete."""

    exchange: Exchange
    key = "calls"
    filters = (
        "To", "From", "ParentCallSid", "Status", "StartTime", "StartTime<", "StartTime>",
        "EndTime", "EndTime<", "EndTime>",
    )  # fmt: skip

    def create(self, parameters: Parameters) -> wire.Json:
        self.check(parameters, EMULATED, NOT_EMULATED)
        call = self.store.calls.put(self.accepted(parameters))
        self.exchange.place(call)
        return wire.call(call)

    def rows(self, parameters: Parameters) -> Sequence[Call]:
        to, sender, status = (parameters.text(name) for name in ("To", "From", "Status"))
        started = by_date(parameters, "StartTime")
        ended = by_date(parameters, "EndTime")
        parent = parameters.text("ParentCallSid")
        return [
            row
            for row in self.store.calls.newest_first()
            if (not to or row.to == to)
            and (not sender or row.sender == sender)
            and (not status or row.status == status)
            and (not parent or row.parent_call_sid == parent)
            and started(row.dialled)
            and ended(row.ended)
        ]

    def to_json(self, row: Call) -> wire.Json:
        return wire.call(row)

    def found(self, sid: str) -> Call:
        call = self.store.calls.get(sid)
        if call is None:
            raise not_found(f"Calls/{sid}")
        return call

    def update(self, sid: str, parameters: Parameters) -> wire.Json:
        call = self.found(sid)
        self.check(parameters, UPDATES, ())
        if parameters.text("Url") and parameters.text("Twiml"):
            raise TwilioRefusalError(21205, "Url and Twiml cannot both be given")
        status, instructions = parameters.text("Status"), _instructions(parameters)
        leads_on = not status and bool(instructions.url or instructions.twiml)
        if call.status in ENDED_CALL or (leads_on and call.status != "in-progress"):
            raise TwilioRefusalError(21220, "Call is not in-progress. Cannot redirect.")
        _check_end(call, status)
        self._change(call, parameters)
        if status:
            self.exchange.end(sid)
        elif leads_on:
            self.exchange.redirect(sid, instructions)
        return wire.call(self.found(sid))

    def delete(self, sid: str) -> None:
        if self.found(sid).status not in ENDED_CALL:
            raise TwilioRefusalError(20009, "Cannot delete a call that is not finished", 409)
        self.store.calls.remove(sid)

    def _change(self, call: Call, parameters: Parameters) -> None:
        """Change how long a call may last and where its progress is reported."""
        limit_s = parameters.whole("TimeLimit", UNNUMBERED, 0, 1, LONGEST_S)
        callback = _status_callback(parameters)
        if callback is not None:
            events = call.callback.events if call.callback else callback.events
            self.store.calls.put(replace(call, callback=replace(callback, events=events)))
        if limit_s:
            self.exchange.limit(call.sid, limit_s)

    def accepted(self, parameters: Parameters) -> Call:
        """Return the call that these parameters ask for; raise TwilioRefusalError."""
        to = _callee(parameters.text("To"))
        number = self._caller(parameters.text("From"))
        if not parameters.text("Url") and not parameters.text("Twiml"):
            raise TwilioRefusalError(21205, "Url or Twiml is required.")
        now = self.clock.now()
        return Call(
            sid=new_sid("CA"),
            to=to,
            sender=number.phone_number,
            direction="outbound-api",
            status="queued",
            created=now,
            updated=now,
            instructions=_instructions(parameters),
            callback=_status_callback(parameters),
            phone_number_sid=number.sid,
            timeout_s=parameters.whole("Timeout", 21208, 60, 1, 600),
            time_limit_s=parameters.whole("TimeLimit", UNNUMBERED, 14400, 1, LONGEST_S),
            send_digits=call_options.sent_digits(parameters),
            recording=call_options.recording(parameters),
            machine_detection=call_options.machine_detection(parameters),
        )

    def _caller(self, text: str) -> PhoneNumber:
        if not text:
            raise TwilioRefusalError(21213, "A 'From' phone number is required.")
        if is_other_channel(text):
            raise NotEmulatedError("A caller that is no phone number")
        number = e164(text)
        if number is None:
            raise TwilioRefusalError(21212, f"Invalid 'From' Phone Number: {text}")
        owned = self.store.number(number)
        if owned is None:
            raise TwilioRefusalError(
                21210, f"'From' {text} is no number of this account (try {LINE})"
            )
        return owned


def _check_end(call: Call, status: str) -> None:
    """`canceled` ends only calls that were not answered.

    `completed` ends all (voice/api/call-resource).
    """
    if status not in ("", "canceled", "completed"):
        raise TwilioRefusalError(UNNUMBERED, "Status must be canceled or completed")
    if status == "canceled" and call.status == "in-progress":
        raise TwilioRefusalError(21220, "Call is in-progress. Cannot cancel.")


def _callee(text: str) -> str:
    if not text:
        raise TwilioRefusalError(21201, "A 'To' phone number is required.")
    if is_other_channel(text):
        raise NotEmulatedError("Calling a client or SIP address")
    number = e164(text)
    if number is None:
        raise TwilioRefusalError(21217, f"Phone number does not appear to be valid: {text}")
    return number


def _instructions(parameters: Parameters) -> Instructions:
    """Twiml is ignored when Url is given, too (OpenAPI description of the Call resource)."""
    url = parameters.url("Url", 21205)
    twiml = "" if url else parameters.text("Twiml")
    if len(twiml) > TWIML_LIMIT:
        raise TwilioRefusalError(UNNUMBERED, f"Twiml must be at most {TWIML_LIMIT} characters")
    return Instructions(
        url=url,
        method=parameters.method("Method", 21209),
        fallback_url=parameters.url("FallbackUrl", 21205),
        fallback_method=parameters.method("FallbackMethod", 21209),
        twiml=twiml,
    )


def _status_callback(parameters: Parameters) -> StatusCallback | None:
    url = parameters.url("StatusCallback", 21609)
    if not url:
        return None
    # The names may come as repeated parameters or, from old code, in one value with blanks.
    events = [
        event
        for value in parameters.texts("StatusCallbackEvent")
        for event in re.split(r"[ ,]+", value)
    ]
    if not all(event in EVENTS for event in events):
        raise TwilioRefusalError(21626, f"StatusCallbackEvent must be of {', '.join(EVENTS)}")
    method = parameters.method("StatusCallbackMethod", 21209)
    return StatusCallback(url, method, tuple(events) or ("completed",))
