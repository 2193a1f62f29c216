"""The Calls resource (twilio.com/docs/voice/api/call-resource)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from deskphone.account.phone_numbers import national
from deskphone.clock import rfc_2822
from deskphone.line.calls.exchange import Exchange
from deskphone.records.addresses import ACCOUNT_PATH, API_VERSION
from deskphone.records.call import CALL_STATUSES, ENDED_CALL, Call
from deskphone.rest.errors import (
    UNNUMBERED,
    TwilioRefusalError,
    not_found,
    unfinished,
    wrong_state,
)
from deskphone.rest.parameters import Parameters
from deskphone.rest.resource import Json, Resource, by_date
from deskphone.rest.resources.new_call import (
    EMULATED,
    LONGEST_S,
    NOT_EMULATED,
    accepted_call,
    call_instructions,
    status_callback_of,
    warnings_of,
)
from deskphone.values import ACCOUNT_SID

CALL_PARTS = {
    "notifications": "Notifications",
    "recordings": "Recordings",
    "payments": "Payments",
    "events": "Events",
    "siprec": "Siprec",
    "streams": "Streams",
    "transcriptions": "Transcriptions",
    "user_defined_message_subscriptions": "UserDefinedMessageSubscriptions",
    "user_defined_messages": "UserDefinedMessages",
}
UPDATES = (
    "Url", "Method", "Twiml", "FallbackUrl", "FallbackMethod", "Status", "StatusCallback",
    "StatusCallbackMethod", "TimeLimit",
)  # fmt: skip


@dataclass
class CallsResource(Resource[Call]):
    """Create, list, fetch, update (end, redirect), delete."""

    exchange: Exchange
    key = "calls"
    filters = (
        "To", "From", "ParentCallSid", "Status", "StartTime", "StartTime<", "StartTime>",
        "EndTime", "EndTime<", "EndTime>",
    )  # fmt: skip

    def create(self, parameters: Parameters) -> Json:
        parameters.check(EMULATED, NOT_EMULATED)
        call = self.store.calls.put(accepted_call(parameters, self.store, self.clock.now()))
        for code, message in warnings_of(parameters):
            self.store.alert(call.sid, code, message, "warning")
        self.exchange.place(call)
        # A call has dates only from its first fetch on: so are five recordings, 2014 to 2025.
        return self.to_json(call) | {"date_created": None, "date_updated": None}

    def rows(self, parameters: Parameters) -> Sequence[Call]:
        to, sender = parameters.number("To"), parameters.number("From")
        status = parameters.chosen("Status", CALL_STATUSES)
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
            and started(_start_of(row))
            and ended(_end_time(row))
        ]

    def serial(self, row: Call) -> int:
        return self.store.calls.serial(row.sid)

    def to_json(self, row: Call) -> Json:
        """Return the Call resource (twilio.com/docs/voice/api/call-resource).

        `annotation`, and what is empty instead of null once a call is dialed, are from recordings
        of 2024 and 2026.
        """
        path, prices = f"{ACCOUNT_PATH}/Calls/{row.sid}", self.store.prices
        is_dialed_out = row.dialed is not None and row.direction != "inbound"
        return {
            "account_sid": ACCOUNT_SID,
            "annotation": None,
            "answered_by": row.answered_by,
            "api_version": API_VERSION,
            "caller_name": "" if is_dialed_out else None,
            "date_created": rfc_2822(row.created),
            "date_updated": rfc_2822(row.updated),
            "direction": row.direction,
            "duration": str(row.duration_s) if row.dialed else None,
            "end_time": rfc_2822(_end_time(row)),
            "forwarded_from": row.to if row.direction == "inbound" else None,
            "from": row.sender,
            "from_formatted": national(row.sender),
            "group_sid": None,
            "parent_call_sid": row.parent_call_sid,
            "phone_number_sid": row.phone_number_sid,
            "price": prices and prices.of_call(row, self.clock.now()),
            "price_unit": "USD",
            "queue_time": "0",
            "sid": row.sid,
            "start_time": rfc_2822(_start_of(row)),
            "status": row.status,
            "subresource_uris": {key: f"{path}/{name}.json" for key, name in CALL_PARTS.items()},
            "to": row.to,
            "to_formatted": national(row.to),
            "trunk_sid": "" if row.dialed else None,
            "uri": f"{path}.json",
        }

    def found(self, sid: str) -> Call:
        call = self.store.calls.get(sid)
        if call is None:
            raise not_found(f"Calls/{sid}")
        return call

    def update(self, sid: str, parameters: Parameters) -> Json:
        call = self.found(sid)
        parameters.check(UPDATES)
        if parameters.text("Url") and parameters.text("Twiml"):
            raise TwilioRefusalError(21205, "Url and Twiml can't be used together")
        status, instructions = parameters.text("Status"), call_instructions(parameters)
        has_document = bool(instructions.url or instructions.twiml)
        # It is "used if an error occurs when requesting or executing the TwiML at Url" (OpenAPI).
        # Alone it would have no effect; Twilio refuses it alone for phone numbers (21405, 21406).
        if instructions.fallback_url and not has_document:
            raise TwilioRefusalError(21205, "Url parameter is required.")
        leads_on = not status and has_document
        if call.status in ENDED_CALL or (leads_on and call.status != "in-progress"):
            raise wrong_state("Call is not in-progress. Cannot redirect. ")
        _check_end(call, status)
        self._change(call, parameters)
        if status:
            self.exchange.end(sid)
        elif leads_on:
            self.exchange.redirect(sid, instructions)
        return self.to_json(self.found(sid))

    def delete(self, sid: str) -> None:
        if self.found(sid).status not in ENDED_CALL:
            raise unfinished()
        self.store.calls.remove(sid)

    def _change(self, call: Call, parameters: Parameters) -> None:
        """Change a call's time limit and status callback."""
        limit_s = parameters.whole("TimeLimit", UNNUMBERED, 0, 1, LONGEST_S)
        callback = status_callback_of(parameters)
        if callback is None and call.callback and parameters.text("StatusCallbackMethod"):
            method = parameters.method("StatusCallbackMethod", 21209)
            callback = replace(call.callback, method=method)
        if callback is not None:
            events = call.callback.events if call.callback else callback.events
            self.store.calls.put(replace(call, callback=replace(callback, events=events)))
        if limit_s:
            self.exchange.limit(call.sid, limit_s)


def _end_time(call: Call) -> datetime | None:
    """Return when a call ended; None if it did not complete (OpenAPI, Call resource)."""
    return call.ended if call.status == "completed" else None


def _start_of(call: Call) -> datetime | None:
    """Return when a call began: the time of its answer, as recorded, and before that of dialing."""
    return call.answered or call.dialed


def _check_end(call: Call, status: str) -> None:
    """Check that the status can end the call: `canceled` only before it is answered.

    `completed` ends any call (voice/api/call-resource).
    """
    if status not in ("", "canceled", "completed"):
        raise TwilioRefusalError(UNNUMBERED, "Status must be canceled or completed")
    if status == "canceled" and call.status == "in-progress":
        raise wrong_state("Call is in-progress. Cannot cancel.")
