"""The form fields of Twilio's requests.

Sources: twilio.com/docs/voice/twiml, messaging/guides.
"""

from deskphone.account.phone_numbers import region_of
from deskphone.records.addresses import API_VERSION, media_url
from deskphone.records.call import Call
from deskphone.records.message import Message
from deskphone.values import ACCOUNT_SID

Fields = tuple[tuple[str, str], ...]


def geography(prefix: str, number: str | None) -> Fields:
    """Return City, State, Zip and Country; in real requests, only Country is reliably set."""
    return (
        (f"{prefix}City", ""),
        (f"{prefix}State", ""),
        (f"{prefix}Zip", ""),
        (f"{prefix}Country", region_of(number)),
    )


def of_call(call: Call, status: str = "") -> Fields:
    """Return the fields of every request of a call; `status` overrides the record's."""
    return (
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
        *geography("From", call.sender),
        *geography("To", call.to),
        *geography("Caller", call.sender),
        *geography("Called", call.to),
    )


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
    return (
        ("ToCountry", region_of(message.to)),
        ("ToState", ""),
        ("SmsMessageSid", message.sid),
        ("NumMedia", str(len(message.media))),
        ("ToCity", ""),
        ("FromZip", ""),
        ("SmsSid", message.sid),
        ("FromState", ""),
        ("SmsStatus", "received"),
        ("FromCity", ""),
        ("Body", message.body),
        ("FromCountry", region_of(message.sender)),
        ("To", message.to),
        ("ToZip", ""),
        ("NumSegments", str(message.segments)),
        ("MessageSid", message.sid),
        ("AccountSid", ACCOUNT_SID),
        ("From", message.sender or ""),
        ("ApiVersion", API_VERSION),
        *((("MessagingServiceSid", service),) if service else ()),
        *((("OptOutType", keyword),) if service and keyword else ()),
        *_of_media(message, emulator_url),
    )


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
    return (
        ("SmsSid", message.sid),
        ("SmsStatus", status),
        ("MessageStatus", status),
        ("To", message.to),
        ("MessageSid", message.sid),
        ("AccountSid", ACCOUNT_SID),
        ("From", message.sender or ""),
        ("ApiVersion", API_VERSION),
        *((("MessagingServiceSid", service),) if service else ()),
        *((("ErrorCode", str(message.error_code)),) if message.error_code else ()),
    )
