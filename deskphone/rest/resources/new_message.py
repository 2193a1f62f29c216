"""What a message may be created with (twilio.com/docs/messaging/api/message-resource)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from deskphone.account.new_text import new_text
from deskphone.account.phone_numbers import e164, is_alphanumeric, is_other_channel, is_short_code
from deskphone.account.store import Store
from deskphone.records.message import (
    BODY_LIMIT,
    MEDIA_LIMIT,
    OPTED_OUT,
    OPTED_OUT_REFUSAL,
    Message,
)
from deskphone.rest.errors import NotEmulatedError, TwilioRefusalError
from deskphone.rest.parameters import Parameters, is_url
from deskphone.values import LINE, MESSAGING_SERVICE_SID

EMULATED = (
    "To", "From", "MessagingServiceSid", "Body", "MediaUrl", "StatusCallback", "ValidityPeriod",
    "ScheduleType", "SendAt",
)  # fmt: skip
NOT_EMULATED = (
    "ApplicationSid", "MaxPrice", "ProvideFeedback", "Attempt", "ForceDelivery",
    "ContentRetention", "AddressRetention", "SmartEncoded", "PersistentAction", "TrafficType",
    "ShortenUrls", "SendAsMms", "ContentVariables", "RiskCheck", "FallbackFrom", "ContentSid",
)  # fmt: skip
EARLIEST = timedelta(minutes=15)
LATEST = timedelta(days=35)
"""How far ahead a message may be scheduled (docs/messaging/features/message-scheduling)."""


def accepted_message(
    parameters: Parameters, store: Store, now: datetime, own_service: str
) -> Message:
    """Return the message that these parameters ask for; raise TwilioRefusalError.

    `own_service` is the SID of the messaging service that the app's settings name, or "".
    """
    parameters.check(EMULATED, NOT_EMULATED)
    to = _recipient(parameters.text("To"))
    service = _service(parameters, own_service)
    sender = _sender(parameters.text("From"), to, store)
    body, media = _content(parameters)
    if sender == to:
        raise TwilioRefusalError(21266, "'To' and 'From' number cannot be the same")
    # A messaging service accepts the text, which fails afterwards: deskphone.line.texts.texts.
    if sender and not service and store.opt_outs.has(to, sender):
        raise TwilioRefusalError(OPTED_OUT, OPTED_OUT_REFUSAL)
    parameters.whole("ValidityPeriod", 21624, 36000, 1, 36000)
    at = _send_at(parameters, now)
    status = "scheduled" if at else "queued" if sender else "accepted"
    return replace(
        new_text(now, sender, to, body, media, "outbound-api", status),
        send_at=at,
        messaging_service_sid=service,
        status_callback=parameters.url("StatusCallback", 21609),
    )


def _recipient(text: str) -> str:
    if not text:
        raise TwilioRefusalError(21604, "A 'To' phone number is required.")
    if is_other_channel(text):
        raise NotEmulatedError("A recipient on another channel than SMS")
    number = e164(text)
    if number is None:
        raise TwilioRefusalError(21211, f"Invalid 'To' Phone Number: {text}")
    return number


def _service(parameters: Parameters, own_service: str) -> str | None:
    """Return the SID of the messaging service; None for a message with a sender alone."""
    service = parameters.text("MessagingServiceSid") or None
    if service and service not in (MESSAGING_SERVICE_SID, own_service):
        raise TwilioRefusalError(21701, f"The Messaging Service {service} does not exist", 404)
    if not service and not parameters.text("From"):
        raise TwilioRefusalError(21603, "A 'From' phone number or a Messaging Service is required.")
    return service


def _sender(text: str, to: str, store: Store) -> str | None:
    """Return the number or word to send from; None if the messaging service chooses it later."""
    if not text:
        return None
    if is_other_channel(text):
        raise NotEmulatedError("A sender on another channel than SMS")
    number = e164(text)
    if number and store.number(number):
        return number
    if is_alphanumeric(text):
        if to.startswith("+1"):
            refusal = "Alphanumeric senders cannot text the United States and Canada"
            raise TwilioRefusalError(21612, refusal)
        return text
    if number is None and not is_short_code(text):
        raise TwilioRefusalError(21212, f"Invalid 'From' Phone Number or sender: {text}")
    refusal = f"'From' {text} is not a message-capable number of this account (try {LINE})"
    raise TwilioRefusalError(21606, refusal)


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


def _send_at(parameters: Parameters, now: datetime) -> datetime | None:
    """Return the time for which the message is scheduled; None for at once.

    Raise the refusals of docs/api/errors/35111, 35114, 35118 and 35126.
    """
    kind, text = parameters.text("ScheduleType"), parameters.text("SendAt")
    if not kind and not text:
        return None
    if kind != "fixed":
        raise TwilioRefusalError(35126, "ScheduleType must be fixed")
    if not text:
        raise TwilioRefusalError(35111, "SendAt is required when ScheduleType is fixed")
    if not parameters.text("MessagingServiceSid"):
        raise TwilioRefusalError(35118, "MessagingServiceSid is required to schedule a message")
    moment = _moment(text)
    if moment is None or not EARLIEST <= moment - now <= LATEST:
        raise TwilioRefusalError(35114, "SendAt must be a time from 15 minutes to 35 days ahead")
    return moment


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
