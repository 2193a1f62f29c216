"""Call messages between a page and its app (twilio.com/docs/voice/sdks/call-message-events)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from deskphone.account.store import Store, new_sid
from deskphone.browser.legs import Leg, Legs
from deskphone.browser.signaling.connection import Connection
from deskphone.browser.signaling.frames import Frame
from deskphone.line.status_reports import StatusReports
from deskphone.records.call import ENDED_CALL
from deskphone.values import ACCOUNT_SID

TYPE = "user-defined-message"
JSON_TYPE = "application/json"
CONTENT_LIMIT = 10_000
"""Twilio refuses larger messages (31209); its limit is 10 KB."""
TOO_LARGE, WRONG_TYPE = 31209, 31210
SUBSCRIPTIONS_LIMIT = 100


@dataclass(frozen=True)
class Subscription:
    """Where the messages of a call's page go."""

    sid: str
    call_sid: str
    url: str
    method: str


class CallMessages:
    """Forwards messages in both directions. `subscriptions` are by the SID of their call."""

    def __init__(self, store: Store, legs: Legs, reports: StatusReports) -> None:
        self._store = store
        self._legs = legs
        self._reports = reports
        self._subscriptions: dict[str, list[Subscription]] = {}

    def of_call(self, call_sid: str) -> Sequence[Subscription]:
        """Return the subscriptions to a call's messages, oldest first."""
        return tuple(self._subscriptions.get(call_sid, ()))

    def subscribe(self, call_sid: str, url: str, method: str) -> Subscription:
        """Send the messages of a call's page to a URL."""
        self._subscriptions = {
            sid: kept for sid, kept in self._subscriptions.items() if not self._is_over(sid)
        }
        subscription = Subscription(new_sid("ZY"), call_sid, url, method)
        self._subscriptions.setdefault(call_sid, []).append(subscription)
        return subscription

    def _is_over(self, call_sid: str) -> bool:
        call = self._store.calls.get(call_sid)
        return call is None or call.status in ENDED_CALL

    def unsubscribe(self, subscription: Subscription) -> None:
        """End a subscription."""
        self._subscriptions[subscription.call_sid].remove(subscription)

    def can_reach(self, call_sid: str) -> bool:
        """Whether a browser is in this call."""
        return bool(self._open_legs(call_sid))

    def send(self, call_sid: str, content: object) -> str:
        """Send a message to the page of a call; return the message's SID."""
        sid = new_sid("KX")
        for leg in self._open_legs(call_sid):
            leg.send(
                "message",
                content=content,
                contenttype=JSON_TYPE,
                messagetype=TYPE,
                voiceeventsid=sid,
            )
        return sid

    def _open_legs(self, call_sid: str) -> list[Leg]:
        legs = self._legs.of_call(call_sid)
        return [leg for leg in legs if not leg.is_incoming or leg.state == "open"]

    def receive(self, device: Connection, frame: Frame) -> None:
        """Confirm a page's message and report it to the subscriptions, or refuse it."""
        leg = self._legs.found(device, frame.payload.text("callsid"))
        if leg is None:
            return
        event, content = frame.payload.text("voiceeventsid"), _written(frame)
        if frame.payload.text("messagetype") != TYPE:
            message = f"The call message's type is invalid: use {TYPE}."
            device.refuse(WRONG_TYPE, message, callsid=leg.sid, voiceeventsid=event)
            return
        if len(content.encode()) > CONTENT_LIMIT:
            message = f"A call message can have {CONTENT_LIMIT:,} bytes at most."
            device.refuse(TOO_LARGE, message, callsid=leg.sid, voiceeventsid=event)
            return
        leg.send("ack", acktype="message", voiceeventsid=event)
        leg.messages += 1
        form = (
            ("AccountSid", ACCOUNT_SID),
            ("CallSid", leg.sid),
            ("Sid", event),
            ("Content", content),
            ("ContentType", frame.payload.text("contenttype") or JSON_TYPE),
            ("SequenceNumber", str(leg.messages)),
        )
        for subscription in self.of_call(leg.sid):
            self._reports.send(leg.sid, subscription.url, subscription.method, form)

    def forget(self) -> None:
        """End all subscriptions."""
        self._subscriptions.clear()


def _written(frame: Frame) -> str:
    """Return a message's content as text: JSON like `JSON.stringify` writes, or the text itself."""
    if text := frame.payload.text("content"):
        return text
    content = frame.payload.members.get("content")
    written = json.dumps(content, separators=(",", ":"), ensure_ascii=False)
    return written.encode("utf-8", "replace").decode()
