"""The Messages resource (twilio.com/docs/messaging/api/message-resource)."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from deskphone.clock import rfc_2822
from deskphone.line.texts.texts import Texts
from deskphone.records.addresses import ACCOUNT_PATH, API_VERSION
from deskphone.records.message import ENDED_MESSAGE, FAILURES, Message
from deskphone.rest.errors import TwilioRefusalError, not_found, unfinished
from deskphone.rest.messages.new_message import accepted_message
from deskphone.rest.parameters import Parameters
from deskphone.rest.resource import Json, Resource, by_date
from deskphone.values import ACCOUNT_SID

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
        message = accepted_message(parameters, self.store, now, self.messaging_service)
        self.store.messages.put(message)
        self.texts.send(message)
        # Only a message that is fetched has the link to its feedback (OpenAPI, Message resource).
        return self.to_json(message) | {"subresource_uris": {"media": _media_uri(message)}}

    def rows(self, parameters: Parameters) -> Sequence[Message]:
        to, sender = parameters.number("To"), parameters.number("From")
        # DateSent<=YYYY-MM-DD finds messages "on and before" the day (OpenAPI, Message resource).
        on_date = by_date(parameters, "DateSent", includes_day=True)
        return [
            row
            for row in self.store.messages.newest_first()
            if (not to or row.to == to)
            and (not sender or row.sender == sender)
            and on_date(row.sent)
        ]

    def serial(self, row: Message) -> int:
        return self.store.messages.serial(row.sid)

    def to_json(self, row: Message) -> Json:
        """Return the Message resource (twilio.com/docs/messaging/api/message-resource)."""
        path, prices = f"{ACCOUNT_PATH}/Messages/{row.sid}", self.store.prices
        return {
            "account_sid": ACCOUNT_SID,
            "api_version": API_VERSION,
            "body": row.body,
            "date_created": rfc_2822(row.created),
            "date_sent": rfc_2822(row.sent),
            "date_updated": rfc_2822(row.updated),
            "direction": row.direction,
            "error_code": row.error_code,
            "error_message": FAILURES.get(row.error_code or 0),
            "from": row.sender,
            "messaging_service_sid": row.messaging_service_sid,
            "num_media": str(len(row.media)),
            "num_segments": str(row.segments if row.sender else 0),
            "price": prices and prices.of_text(row, self.clock.now()),
            "price_unit": "USD" if row.sender else None,
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
            raise unfinished()
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
