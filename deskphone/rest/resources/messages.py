"""The Messages resource (twilio.com/docs/messaging/api/message-resource)."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from deskphone.account.numbers import e164, is_alphanumeric, is_other_channel, is_short_code
from deskphone.account.opt_outs import OPTED_OUT, REFUSAL
from deskphone.account.segments import segments_of
from deskphone.account.sids import new_sid
from deskphone.records import ENDED_MESSAGE, Message
from deskphone.rest import wire
from deskphone.rest.errors import NotEmulatedError, TwilioRefusalError, not_found
from deskphone.rest.parameters import Parameters, is_url
from deskphone.rest.resource import Resource, by_date
from deskphone.rest.resources.media import media_at
from deskphone.rest.scheduling import send_at
from deskphone.values import LINE, MESSAGING_SERVICE_SID

BODY_LIMIT = 1600
MEDIA_LIMIT = 10
EMULATED = (
    "To",
    "From",
    "MessagingServiceSid",
    "Body",
    "MediaUrl",
    "StatusCallback",
    "ValidityPeriod",
    "ScheduleType",
    "SendAt",
)
UPDATES = ("Body", "Status")
NOT_EMULATED = (
    "ApplicationSid", "MaxPrice", "ProvideFeedback", "Attempt", "ForceDelivery",
    "ContentRetention", "AddressRetention", "SmartEncoded", "PersistentAction", "TrafficType",
    "ShortenUrls", "SendAsMms", "ContentVariables", "RiskCheck", "FallbackFrom", "ContentSid",
)  # fmt: skip


class Carrier(Protocol):
    """Takes a message that was accepted and delivers it."""

    def send(self, message: Message) -> None: ...

    def cancel_scheduled(self, sid: str) -> None: ...


@dataclass
class Messages(Resource[Message]):
    """Create, list, fetch, redact, cancel, delete.

    `messaging_service` gives the SID of the service that the app's settings name, or "".
    """

    carrier: Carrier
    messaging_service: Callable[[], str] = lambda: ""
    key = "messages"
    filters = ("To", "From", "DateSent", "DateSent<", "DateSent>")

    def create(self, parameters: Parameters) -> wire.Json:
        self.check(parameters, EMULATED, NOT_EMULATED)
        message = self.store.messages.put(self._accepted(parameters))
        self.carrier.send(message)
        return wire.message(message)

    def rows(self, parameters: Parameters) -> Sequence[Message]:
        to, sender = parameters.text("To"), parameters.text("From")
        on_date = by_date(parameters, "DateSent")
        return [
            row
            for row in self.store.messages.newest_first()
            if (not to or row.to == to)
            and (not sender or row.sender == sender)
            and on_date(row.sent)
        ]

    def to_json(self, row: Message) -> wire.Json:
        return wire.message(row)

    def found(self, sid: str) -> Message:
        message = self.store.messages.get(sid)
        if message is None:
            raise not_found(f"Messages/{sid}")
        return message

    def update(self, sid: str, parameters: Parameters) -> wire.Json:
        message = self.found(sid)
        self.check(parameters, UPDATES, ())
        status = parameters.text("Status")
        if bool(status) == ("Body" in parameters) or status not in ("", "canceled"):
            refusal = "Either Body, to redact the message, or Status=canceled is required"
            raise TwilioRefusalError(30400, refusal)
        if parameters.text("Body"):
            refusal = "Body can only be updated to an empty string, which redacts the message"
            raise TwilioRefusalError(30400, refusal)
        if status:
            self._cancel(message)
        else:
            self.store.messages.put(replace(message, body="", updated=self.clock.now()))
            self._redact_requests(sid)
        return wire.message(self.found(sid))

    def delete(self, sid: str) -> None:
        message = self.found(sid)
        if message.status not in ENDED_MESSAGE:
            raise TwilioRefusalError(20009, "Cannot delete a message that is not finished", 409)
        self.store.messages.remove(sid)

    def _cancel(self, message: Message) -> None:
        if message.status != "scheduled":
            raise TwilioRefusalError(30409, "This message cannot be canceled")
        self.carrier.cancel_scheduled(message.sid)

    def _redact_requests(self, sid: str) -> None:
        """Take the words out of the requests that told the app of a text."""
        for delivery in self.store.deliveries:
            if delivery.resource_sid == sid:
                form = tuple((n, "" if n == "Body" else value) for n, value in delivery.form)
                url = re.sub(r"(?<=[?&])Body=[^&]*", "Body=", delivery.url)
                self.store.deliveries.put(replace(delivery, form=form, url=url))

    def _accepted(self, parameters: Parameters) -> Message:
        to = self._recipient(parameters.text("To"))
        sender, service = self._sender(parameters, to)
        body, media = self._content(parameters)
        if sender == to:
            raise TwilioRefusalError(21266, "'To' and 'From' number cannot be the same")
        # A messaging service accepts the text, which fails afterwards: deskphone.line.texts.texts.
        if sender and not service and self.store.opt_outs.has(to, sender):
            raise TwilioRefusalError(OPTED_OUT, REFUSAL)
        parameters.whole("ValidityPeriod", 21624, 36000, 1, 36000)
        now = self.clock.now()
        at = send_at(parameters, now)
        return Message(
            sid=new_sid("MM" if media else "SM"),
            to=to,
            sender=sender,
            body=body,
            direction="outbound-api",
            status="scheduled" if at else "queued" if sender else "accepted",
            created=now,
            updated=now,
            segments=segments_of(body, media),
            media=media_at(media),
            send_at=at,
            messaging_service_sid=service,
            status_callback=parameters.url("StatusCallback", 21609),
        )

    def _recipient(self, text: str) -> str:
        if not text:
            raise TwilioRefusalError(21604, "A 'To' phone number is required.")
        if is_other_channel(text):
            raise NotEmulatedError("A recipient on another channel than SMS")
        number = e164(text)
        if number is None:
            raise TwilioRefusalError(21211, f"Invalid 'To' Phone Number: {text}")
        return number

    def _sender(self, parameters: Parameters, to: str) -> tuple[str | None, str | None]:
        """Return the number and the messaging service; the service chooses a number later."""
        text, service = parameters.text("From"), parameters.text("MessagingServiceSid") or None
        if service and service not in (MESSAGING_SERVICE_SID, self.messaging_service()):
            raise TwilioRefusalError(21701, f"The Messaging Service {service} does not exist", 404)
        if not text and not service:
            raise TwilioRefusalError(
                21603, "A 'From' phone number or a Messaging Service is required."
            )
        if not text:
            return None, service
        if is_other_channel(text):
            raise NotEmulatedError("A sender on another channel than SMS")
        number = e164(text)
        if number and self.store.number(number):
            return number, service
        if is_alphanumeric(text):
            if to.startswith("+1"):
                refusal = "Alphanumeric senders cannot text the United States and Canada"
                raise TwilioRefusalError(21612, refusal)
            return text, service
        if number is None and not is_short_code(text):
            raise TwilioRefusalError(21212, f"Invalid 'From' Phone Number or sender: {text}")
        refusal = f"'From' {text} is no message-capable number of this account (try {LINE})"
        raise TwilioRefusalError(21606, refusal)

    def _content(self, parameters: Parameters) -> tuple[str, tuple[str, ...]]:
        body, media = parameters.text("Body"), tuple(parameters.texts("MediaUrl"))
        if not body and not media:
            raise TwilioRefusalError(21602, "Message body is required.")
        if len(body) > BODY_LIMIT:
            raise TwilioRefusalError(21617, f"The message body exceeds {BODY_LIMIT} characters.")
        if len(media) > MEDIA_LIMIT:
            raise TwilioRefusalError(21623, f"Number of media files exceeds {MEDIA_LIMIT}.")
        if not all(is_url(url) for url in media):
            raise TwilioRefusalError(21620, "Invalid media URL")
        return body, media
