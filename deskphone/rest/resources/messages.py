"""The Messages resource (twilio.com/docs/messaging/api/message-resource)."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from deskphone.account.new_text import new_text
from deskphone.account.phone_numbers import e164, is_alphanumeric, is_other_channel, is_short_code
from deskphone.account.store import Store
from deskphone.clock import rfc_2822
from deskphone.line.texts.texts import Texts
from deskphone.records.addresses import ACCOUNT_PATH, API_VERSION
from deskphone.records.message import (
    BODY_LIMIT,
    ENDED_MESSAGE,
    MEDIA_LIMIT,
    NO_SENDERS,
    NO_SENDERS_REFUSAL,
    OPTED_OUT,
    OPTED_OUT_REFUSAL,
    Message,
)
from deskphone.rest.errors import NotEmulatedError, TwilioRefusalError, not_found, refused
from deskphone.rest.parameters import Parameters, is_url
from deskphone.rest.resource import Json, Resource, by_date
from deskphone.rest.resources import scheduling
from deskphone.values import ACCOUNT_SID, LINE, MESSAGING_SERVICE_SID

EMULATED = (
    "To", "From", "MessagingServiceSid", "Body", "MediaUrl", "StatusCallback", "ValidityPeriod",
    *scheduling.PARAMETERS,
)  # fmt: skip
NOT_EMULATED = (
    "ApplicationSid", "MaxPrice", "ProvideFeedback", "Attempt", "ForceDelivery",
    "ContentRetention", "AddressRetention", "SmartEncoded", "PersistentAction", "TrafficType",
    "ShortenUrls", "SendAsMms", "ContentVariables", "RiskCheck", "FallbackFrom", "ContentSid",
)  # fmt: skip
UPDATES = ("Body", "Status")


@dataclass
class MessagesResource(Resource[Message]):
    """Create, list, fetch, redact, cancel, delete.

    `messaging_service` returns the SID of the service in the app's settings, or "".
    """

    texts: Texts
    messaging_service: Callable[[], str]
    key = "messages"
    filters = ("To", "From", "DateSent", "DateSent<", "DateSent>")

    def create(self, parameters: Parameters) -> Json:
        now = self.clock.now()
        message = _accepted(parameters, self.store, now, self.messaging_service)
        self.store.messages.put(message)
        self.texts.send(message)
        # Only a message that is fetched has the link to its feedback (OpenAPI, Message resource).
        return self.to_json(message) | {"subresource_uris": {"media": _media_uri(message)}}

    def rows(self, parameters: Parameters) -> Sequence[Message]:
        to, sender = parameters.text("To"), parameters.text("From")
        # DateSent<=YYYY-MM-DD finds messages "on and before" the day (OpenAPI, Message resource).
        on_date = by_date(parameters, "DateSent", includes_day=True)
        return [
            row
            for row in self.store.messages.newest_first()
            if (not to or row.to == to)
            and (not sender or row.sender == sender)
            and on_date(row.sent)
        ]

    def to_json(self, row: Message) -> Json:
        """Return the Message resource (twilio.com/docs/messaging/api/message-resource)."""
        path = f"{ACCOUNT_PATH}/Messages/{row.sid}"
        return {
            "account_sid": ACCOUNT_SID,
            "api_version": API_VERSION,
            "body": row.body,
            "date_created": rfc_2822(row.created),
            "date_sent": rfc_2822(row.sent),
            "date_updated": rfc_2822(row.updated),
            "direction": row.direction,
            "error_code": row.error_code,
            "error_message": None,
            "from": row.sender,
            "messaging_service_sid": row.messaging_service_sid,
            "num_media": str(len(row.media)),
            "num_segments": str(row.segments if row.sender else 0),
            "price": None,
            "price_unit": "USD",
            "sid": row.sid,
            "status": row.status,
            "subresource_uris": {
                "media": _media_uri(row),
                "feedback": f"{path}/Feedback.json",
            },
            "to": row.to,
            "uri": f"{path}.json",
        }

    def found(self, sid: str) -> Message:
        message = self.store.messages.get(sid)
        if message is None:
            raise not_found(f"Messages/{sid}")
        return message

    def update(self, sid: str, parameters: Parameters) -> Json:
        message = self.found(sid)
        parameters.check(UPDATES)
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
        return self.to_json(self.found(sid))

    def delete(self, sid: str) -> None:
        message = self.found(sid)
        if message.status not in ENDED_MESSAGE:
            raise TwilioRefusalError(20009, "Cannot delete a message that is not finished", 409)
        self.store.messages.remove(sid)

    def _cancel(self, message: Message) -> None:
        if message.status != "scheduled":
            raise TwilioRefusalError(30409, "This message cannot be canceled")
        self.texts.cancel_scheduled(message.sid)

    def _redact_requests(self, sid: str) -> None:
        """Remove the body from recorded webhooks about a text."""
        for delivery in self.store.deliveries:
            if delivery.resource_sid == sid:
                form = tuple((n, "" if n == "Body" else value) for n, value in delivery.form)
                url = re.sub(r"(?<=[?&])Body=[^&]*", "Body=", delivery.url)
                self.store.deliveries.put(replace(delivery, form=form, url=url))


def _media_uri(message: Message) -> str:
    return f"{ACCOUNT_PATH}/Messages/{message.sid}/Media.json"


def _accepted(
    parameters: Parameters, store: Store, now: datetime, own_service: Callable[[], str]
) -> Message:
    """Return the requested message; raise TwilioRefusalError.

    `own_service` returns the SID of the messaging service in the app's settings, or "".
    """
    parameters.check(EMULATED, NOT_EMULATED)
    to = _recipient(parameters.text("To"))
    service = _service(parameters, store, own_service)
    sender = _sender(parameters.text("From"), to, store)
    body, media = _content(parameters)
    if sender == to:
        raise TwilioRefusalError(21266, "'To' and 'From' number cannot be the same")
    # A messaging service accepts the text, which fails later: see deskphone.line.texts.texts.
    if sender and not service and store.opt_outs.has(to, sender):
        raise TwilioRefusalError(OPTED_OUT, OPTED_OUT_REFUSAL)
    parameters.whole("ValidityPeriod", 21624, 36000, 1, 36000)
    is_scheduled = any(parameters.text(name) for name in scheduling.PARAMETERS)
    at = scheduling.send_at(parameters, now) if is_scheduled else None
    if store.trial:
        raise refused(store.trial.text_refusal(to, now))
    status = "scheduled" if at else "queued" if sender else "accepted"
    return replace(
        new_text(
            now, sender, to, body, media, "outbound-api", status, by_service=service is not None
        ),
        send_at=at,
        messaging_service_sid=service,
        status_callback=parameters.status_callback(),
    )


def _recipient(text: str) -> str:
    if not text:
        raise TwilioRefusalError(21604, "A 'To' phone number is required.")
    if is_other_channel(text):
        raise NotEmulatedError("A recipient on a channel other than SMS")
    number = e164(text)
    if number is None:
        raise TwilioRefusalError(21211, f"Invalid 'To' Phone Number: {text}")
    return number


def _service(parameters: Parameters, store: Store, own_service: Callable[[], str]) -> str | None:
    """Return the SID of the messaging service, or None if only a sender is given."""
    service = parameters.text("MessagingServiceSid") or None
    if service and service not in (MESSAGING_SERVICE_SID, own_service()):
        raise TwilioRefusalError(21701, f"The Messaging Service {service} does not exist", 404)
    if service and store.number(LINE) is None:
        raise TwilioRefusalError(NO_SENDERS, NO_SENDERS_REFUSAL)
    if not service and not parameters.text("From"):
        raise TwilioRefusalError(21603, "A 'From' phone number or a Messaging Service is required.")
    return service


def _sender(text: str, to: str, store: Store) -> str | None:
    """Return the number or name to send from; None if the messaging service chooses it later."""
    if not text:
        return None
    if is_other_channel(text):
        raise NotEmulatedError("A sender on a channel other than SMS")
    number = e164(text)
    if number and store.number(number):
        return number
    if is_alphanumeric(text):
        if to.startswith("+1"):
            refusal = "Alphanumeric senders can't text the United States and Canada"
            raise TwilioRefusalError(21612, refusal)
        return text
    if number is None and not is_short_code(text):
        raise TwilioRefusalError(21212, f"Invalid 'From' Phone Number or sender: {text}")
    refusal = f"'From' {text} is not a Twilio phone number or Short Code country mismatch"
    raise TwilioRefusalError(21659, refusal)


def _content(parameters: Parameters) -> tuple[str, tuple[str, ...]]:
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
