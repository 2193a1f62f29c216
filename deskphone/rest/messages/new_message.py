"""The parameters of a new text (twilio.com/docs/messaging/api/message-resource)."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from deskphone.account.new_text import new_text
from deskphone.account.phone_numbers import e164, is_alphanumeric, is_other_channel, is_short_code
from deskphone.account.store import Store
from deskphone.records.message import (
    BODY_LIMIT,
    MEDIA_LIMIT,
    NO_SENDERS,
    NO_SENDERS_REFUSAL,
    OPTED_OUT,
    OPTED_OUT_REFUSAL,
    Message,
)
from deskphone.rest.errors import (
    ANOTHERS_NUMBER,
    NotEmulatedError,
    TwilioRefusalError,
    invalid_recipient,
    invalid_sender,
    refused,
)
from deskphone.rest.messages import scheduling
from deskphone.rest.parameters import Parameters, is_url
from deskphone.rest.resources.applications import application_of
from deskphone.values import LINE, MESSAGING_SERVICE_SID

EMULATED = (
    "To", "From", "MessagingServiceSid", "Body", "MediaUrl", "StatusCallback", "ValidityPeriod",
    "ApplicationSid",
    "MaxPrice",  # without effect at Twilio, too, since June 2024 (OpenAPI)
    *scheduling.PARAMETERS,
)  # fmt: skip
NOT_EMULATED = (
    "ProvideFeedback", "Attempt", "ForceDelivery",
    "ContentRetention", "AddressRetention", "SmartEncoded", "PersistentAction", "TrafficType",
    "ShortenUrls", "SendAsMms", "ContentVariables", "RiskCheck", "FallbackFrom", "ContentSid",
    "MessageIntent",
)  # fmt: skip
SERVICE_SID = re.compile("MG[0-9a-fA-F]{32}")


def accepted_message(
    parameters: Parameters, store: Store, now: datetime, own_service: Callable[[], str]
) -> Message:
    """Return the requested message; raise TwilioRefusalError.

    `own_service` returns the SID of the messaging service in the app's settings, or "".
    """
    parameters.check(EMULATED, NOT_EMULATED)
    # Twilio names a missing sender before a missing recipient.
    if not parameters.text("From") and not parameters.text("MessagingServiceSid"):
        raise TwilioRefusalError(21603, "A 'From' phone number is required.")
    to = _recipient(parameters.text("To"))
    service = _service(parameters, store, own_service)
    sender = _sender(parameters.text("From"), to, store)
    if service and sender:
        _check_in_pool(sender)
    body, media = _content(parameters)
    if sender == to:
        raise TwilioRefusalError(21266, "'To' and 'From' number cannot be the same")
    # A messaging service accepts the text, which fails later: see deskphone.line.texts.texts.
    if sender and not service and store.opt_outs.has(to, sender):
        raise TwilioRefusalError(OPTED_OUT, OPTED_OUT_REFUSAL)
    application = application_of(parameters.text("ApplicationSid"), store)
    # StatusCallback takes priority (OpenAPI, Message resource).
    callback = parameters.status_callback() or (
        application.message_status_callback if application else ""
    )
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
        status_callback=callback,
    )


def _recipient(text: str) -> str:
    if not text:
        raise TwilioRefusalError(21604, "A 'To' phone number is required.")
    if is_other_channel(text):
        raise NotEmulatedError("A recipient on a channel other than SMS")
    number = e164(text)
    if number is None:
        raise invalid_recipient(text)
    return number


def _service(parameters: Parameters, store: Store, own_service: Callable[[], str]) -> str | None:
    """Return the SID of the messaging service, or None if only a sender is given."""
    service = parameters.text("MessagingServiceSid") or None
    if service and not SERVICE_SID.fullmatch(service):
        raise TwilioRefusalError(21705, "The Messaging Service is invalid")
    if service and service not in (MESSAGING_SERVICE_SID, own_service()):
        raise TwilioRefusalError(21701, f"The Messaging Service {service} does not exist", 404)
    if service and store.number(LINE) is None:
        raise TwilioRefusalError(NO_SENDERS, NO_SENDERS_REFUSAL)
    return service


def _check_in_pool(sender: str) -> None:
    """Refuse a sender that isn't in the service's pool, which has only the account's first number.

    With a service, `From` is "a specific sender from your Sender Pool" (OpenAPI). Twilio's
    dictionary has 21711 for one that isn't.
    """
    if sender != LINE:
        refusal = (
            "Phone Number, Shortcode, or AlphaSender is not associated to the specified Messaging "
            "Service."
        )
        raise TwilioRefusalError(21711, refusal)


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
        raise invalid_sender(text)
    refusal = f"'From' {text} is not a Twilio phone number or Short Code country mismatch"
    raise TwilioRefusalError(21659, refusal, advice=ANOTHERS_NUMBER)


def _content(parameters: Parameters) -> tuple[str, tuple[str, ...]]:
    body, media = parameters.text("Body"), tuple(parameters.texts("MediaUrl"))
    if not body and not media:
        raise TwilioRefusalError(21619, "A text message body or media urls must be specified.")
    if len(body) > BODY_LIMIT:
        refusal = f"The concatenated message body exceeds the {BODY_LIMIT} character limit."
        raise TwilioRefusalError(21617, refusal)
    if len(media) > MEDIA_LIMIT:
        raise TwilioRefusalError(21623, f"Number of media files exceeds {MEDIA_LIMIT}.")
    if not all(is_url(url) for url in media):
        raise TwilioRefusalError(21620, "Invalid media URL(s)")
    return body, media
