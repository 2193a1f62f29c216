"""The form fields of Twilio's requests.

Sources: twilio.com/docs/voice/twiml, messaging/guides.
"""

from deskphone.account.geography import place_of
from deskphone.line.field_order import TEXT, VOICE, in_order
from deskphone.records.addresses import API_VERSION, media_url
from deskphone.records.call import Call
from deskphone.records.message import Message
from deskphone.values import ACCOUNT_SID

Fields = tuple[tuple[str, str], ...]


def geography(prefix: str, number: str | None) -> Fields:
    """Return City, State, Zip and Country; all but the country are often empty."""
    place = place_of(number)
    return (
        (f"{prefix}City", place.city),
        (f"{prefix}State", place.state),
        (f"{prefix}Zip", place.zip_code),
        (f"{prefix}Country", place.country),
    )


def of_call(
    call: Call, *more: tuple[str, str], status: str = "", has_places: bool = True
) -> Fields:
    """Return the fields of every request of a call, and more; `status` overrides the record's."""
    places = (
        *geography("From", call.sender),
        *geography("To", call.to),
        *geography("Caller", call.sender),
        *geography("Called", call.to),
    )
    fields = (
        ("CallSid", call.sid),
        ("AccountSid", ACCOUNT_SID),
        ("From", call.sender),
        ("To", call.to),
        ("Caller", call.sender),
        ("Called", call.to),
        ("CallStatus", status or call.status),
        ("ApiVersion", API_VERSION),
        ("Direction", call.direction),
        *((("ParentCallSid", call.parent_call_sid),) if call.parent_call_sid else ()),
        *_of_forwarding(call.called_via),
        *(places if has_places else ()),
    )
    return in_order((*fields, *more), VOICE)


def _of_forwarding(number: str | None) -> Fields:
    """Return the fields of a call that <Dial> made for a call to this number, if any."""
    return (("CalledVia", number), ("ForwardedFrom", number)) if number else ()


def of_detection(call: Call) -> Fields:
    """Return who answered a call and the detection time in milliseconds; empty if unknown."""
    if call.answered_by is None:
        return ()
    took_ms = (call.detection_s or 0) * 1000
    return (("AnsweredBy", call.answered_by), ("MachineDetectionDuration", str(took_ms)))


def of_incoming_text(message: Message, emulator_url: str, keyword: str | None = None) -> Fields:
    """Return the fields of an incoming text to one of the account's numbers.

    Media URLs are those of Twilio's API at `emulator_url`. A `keyword` is only sent for a number in
    a messaging service, which has Advanced Opt-Out.
    """
    service = message.messaging_service_sid
    fields = (
        *geography("To", message.to),
        *geography("From", message.sender),
        ("SmsMessageSid", message.sid),
        ("NumMedia", str(len(message.media))),
        ("SmsSid", message.sid),
        ("SmsStatus", "received"),
        ("Body", message.body),
        ("To", message.to),
        ("NumSegments", str(message.segments)),
        ("MessageSid", message.sid),
        ("AccountSid", ACCOUNT_SID),
        ("From", message.sender or ""),
        ("ApiVersion", API_VERSION),
        *((("MessagingServiceSid", service),) if service else ()),
        *((("OptOutType", keyword),) if service and keyword else ()),
        *_of_media(message, emulator_url),
    )
    return in_order(fields, TEXT)


def _of_media(message: Message, emulator_url: str) -> Fields:
    return tuple(
        pair
        for index, media in enumerate(message.media)
        for pair in (
            (f"MediaUrl{index}", media_url(emulator_url, message, media)),
            (f"MediaContentType{index}", media.content_type),
        )
    )


def of_message_status(message: Message, status: str = "") -> Fields:
    """Return the fields of a text's status callback.

    `status` overrides the record's. Source: messaging/guides/track-outbound-message-status.
    """
    service = message.messaging_service_sid
    status = status or message.status
    carrier_said = f"{message.updated:%y%m%d%H%M}" if status == "delivered" else ""
    return (
        *((("RawDlrDoneDate", carrier_said),) if carrier_said else ()),
        ("SmsSid", message.sid),
        ("SmsStatus", status),
        ("MessageStatus", status),
        ("To", message.to),
        *((("MessagingServiceSid", service),) if service else ()),
        ("MessageSid", message.sid),
        ("AccountSid", ACCOUNT_SID),
        ("From", message.sender or ""),
        ("ApiVersion", API_VERSION),
        *((("ErrorCode", str(message.error_code)),) if message.error_code else ()),
    )
