"""Records as Twilio's JSON: RFC 2822 dates, numbers as strings, unset members as null."""

from datetime import UTC, datetime
from email.utils import format_datetime

from deskphone.account.numbers import kind_of, national
from deskphone.records import Call, Key, Media, Message, PhoneNumber, Recording
from deskphone.values import ACCOUNT_SID

API_VERSION = "2010-04-01"
ACCOUNT_PATH = f"/{API_VERSION}/Accounts/{ACCOUNT_SID}"

ACCOUNT_PARTS = {
    "available_phone_numbers": "AvailablePhoneNumbers",
    "calls": "Calls",
    "conferences": "Conferences",
    "incoming_phone_numbers": "IncomingPhoneNumbers",
    "notifications": "Notifications",
    "outgoing_caller_ids": "OutgoingCallerIds",
    "recordings": "Recordings",
    "transcriptions": "Transcriptions",
    "addresses": "Addresses",
    "signing_keys": "SigningKeys",
    "connect_apps": "ConnectApps",
    "sip": "SIP",
    "authorized_connect_apps": "AuthorizedConnectApps",
    "usage": "Usage",
    "keys": "Keys",
    "applications": "Applications",
    "short_codes": "SMS/ShortCodes",
    "queues": "Queues",
    "messages": "Messages",
    "balance": "Balance",
}
"""The resources below an account, by the names that Twilio's JSON gives them."""

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

Json = dict[str, object]


def rfc_2822(time: datetime | None) -> str | None:
    """Return e.g. Thu, 24 Aug 2023 05:01:45 +0000."""
    return None if time is None else format_datetime(time.astimezone(UTC))


def iso_8601(time: datetime) -> str:
    """Return e.g. 2015-07-31T04:00:00Z, as the newer parts of the API have it."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def message(record: Message) -> Json:
    """The Message resource (twilio.com/docs/messaging/api/message-resource)."""
    path = f"{ACCOUNT_PATH}/Messages/{record.sid}"
    return {
        "account_sid": ACCOUNT_SID,
        "api_version": API_VERSION,
        "body": record.body,
        "date_created": rfc_2822(record.created),
        "date_sent": rfc_2822(record.sent),
        "date_updated": rfc_2822(record.updated),
        "direction": record.direction,
        "error_code": record.error_code,
        "error_message": None,
        "from": record.sender,
        "messaging_service_sid": record.messaging_service_sid,
        "num_media": str(len(record.media)),
        "num_segments": str(record.segments if record.sender else 0),
        "price": None,
        "price_unit": "USD",
        "sid": record.sid,
        "status": record.status,
        "subresource_uris": {"media": f"{path}/Media.json"},
        "to": record.to,
        "uri": f"{path}.json",
    }


def media(message: Message, record: Media) -> Json:
    """The Media resource (twilio.com/docs/messaging/api/media-resource)."""
    return {
        "account_sid": ACCOUNT_SID,
        "content_type": record.content_type,
        "date_created": rfc_2822(message.created),
        "date_updated": rfc_2822(message.created),
        "parent_sid": message.sid,
        "sid": record.sid,
        "uri": f"{ACCOUNT_PATH}/Messages/{message.sid}/Media/{record.sid}.json",
    }


def call(record: Call) -> Json:
    """The Call resource (twilio.com/docs/voice/api/call-resource)."""
    path = f"{ACCOUNT_PATH}/Calls/{record.sid}"
    return {
        "account_sid": ACCOUNT_SID,
        "answered_by": record.answered_by,
        "api_version": API_VERSION,
        "caller_name": None,
        "date_created": rfc_2822(record.created),
        "date_updated": rfc_2822(record.updated),
        "direction": record.direction,
        "duration": str(record.duration_s) if record.status == "completed" else None,
        "end_time": rfc_2822(record.ended) if record.status == "completed" else None,
        "forwarded_from": None,
        "from": record.sender,
        "from_formatted": national(record.sender),
        "group_sid": None,
        "parent_call_sid": record.parent_call_sid,
        "phone_number_sid": record.phone_number_sid,
        "price": None,
        "price_unit": "USD",
        "queue_time": "0",
        "sid": record.sid,
        "start_time": rfc_2822(record.dialled),
        "status": record.status,
        "subresource_uris": {key: f"{path}/{name}.json" for key, name in CALL_PARTS.items()},
        "to": record.to,
        "to_formatted": national(record.to),
        "trunk_sid": None,
        "uri": f"{path}.json",
    }


def phone_number(record: PhoneNumber) -> Json:
    """The IncomingPhoneNumber resource (twilio.com/docs/phone-numbers/api)."""
    return {
        "account_sid": ACCOUNT_SID,
        "address_requirements": "none",
        "address_sid": None,
        "api_version": API_VERSION,
        "beta": False,
        "bundle_sid": None,
        "capabilities": {"voice": True, "sms": True, "mms": True, "fax": False},
        "date_created": rfc_2822(record.created),
        "date_updated": rfc_2822(record.updated),
        "emergency_address_sid": None,
        "emergency_address_status": "unregistered",
        "emergency_status": "Inactive",
        "friendly_name": record.friendly_name,
        "identity_sid": None,
        "origin": "twilio",
        "phone_number": record.phone_number,
        "sid": record.sid,
        "sms_application_sid": None,
        "sms_fallback_method": record.sms_fallback_method,
        "sms_fallback_url": record.sms_fallback_url,
        "sms_method": record.sms_method,
        "sms_url": record.sms_url,
        "status": "in-use",
        "status_callback": record.status_callback,
        "status_callback_method": record.status_callback_method,
        "trunk_sid": None,
        "type": kind_of(record.phone_number),
        "uri": f"{ACCOUNT_PATH}/IncomingPhoneNumbers/{record.sid}.json",
        "voice_application_sid": None,
        "voice_caller_id_lookup": False,
        "voice_fallback_method": record.voice_fallback_method,
        "voice_fallback_url": record.voice_fallback_url,
        "voice_method": record.voice_method,
        "voice_receive_mode": "voice",
        "voice_url": record.voice_url,
    }


def recording_url(record: Recording) -> str:
    """Return where the sound is: as it stands a WAV file, with .mp3 behind it an MP3 file."""
    return f"https://api.twilio.com{ACCOUNT_PATH}/Recordings/{record.sid}"


def recording(record: Recording) -> Json:
    """The Recording resource (twilio.com/docs/voice/api/recording)."""
    path = f"{ACCOUNT_PATH}/Recordings/{record.sid}"
    parts = {"add_on_results": "AddOnResults", "transcriptions": "Transcriptions"}
    return {
        **_recording(record),
        "media_url": recording_url(record),
        "price_unit": "USD",
        "subresource_uris": {key: f"{path}/{name}.json" for key, name in parts.items()},
        "uri": f"{path}.json",
    }


def call_recording(record: Recording) -> Json:
    """The Recording as it stands below its call: with its track, without what hangs on it."""
    return {
        **_recording(record),
        "price_unit": None,
        "track": record.track,
        "uri": f"{ACCOUNT_PATH}/Calls/{record.call_sid}/Recordings/{record.sid}.json",
    }


def _recording(record: Recording) -> Json:
    return {
        "account_sid": ACCOUNT_SID,
        "api_version": API_VERSION,
        "call_sid": record.call_sid,
        "channels": record.channels,
        "conference_sid": record.conference_sid,
        "date_created": rfc_2822(record.created),
        "date_updated": rfc_2822(record.updated),
        "duration": None if record.duration_s is None else str(record.duration_s),
        "encryption_details": None,
        "error_code": record.error_code,
        "price": None,
        "sid": record.sid,
        "source": record.source,
        "start_time": rfc_2822(record.created),
        "status": record.status,
    }


def key(record: Key) -> Json:
    """The Key resource (twilio.com/docs/iam/api-keys/key-resource-v1)."""
    return {
        "sid": record.sid,
        "friendly_name": record.friendly_name,
        "date_created": rfc_2822(record.created),
        "date_updated": rfc_2822(record.updated),
    }


def account(friendly_name: str, auth_token: str, created: datetime, updated: datetime) -> Json:
    """The Account resource (twilio.com/docs/iam/api/account)."""
    return {
        "auth_token": auth_token,
        "date_created": rfc_2822(created),
        "date_updated": rfc_2822(updated),
        "friendly_name": friendly_name,
        "owner_account_sid": ACCOUNT_SID,
        "sid": ACCOUNT_SID,
        "status": "active",
        "subresource_uris": {
            key: f"{ACCOUNT_PATH}/{name}.json" for key, name in ACCOUNT_PARTS.items()
        },
        "type": "Full",
        "uri": f"{ACCOUNT_PATH}.json",
    }
