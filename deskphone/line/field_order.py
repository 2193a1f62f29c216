"""The order in which Twilio sends the fields of a request, where recordings of it agree.

Nothing should depend on it: some accounts get them in alphabetical order.
"""

import re
from collections.abc import Iterable

VOICE = (
    "msg", "Called", "Digits", "RecordingUrl", "ToState", "CallerCountry", "Direction", "Timestamp",
    "CallbackSource", "SipResponseCode", "CallerState", "ToZip", "StirStatus", "SequenceNumber",
    "CallSid", "To", "CallerZip", "ToCountry", "FinishedOnKey", "StirVerstat", "CallToken",
    "CalledZip", "ApiVersion", "CalledCity", "CallStatus", "Duration", "RecordingSid", "From",
    "CallDuration", "AccountSid", "CalledCountry", "CallerCity", "ToCity", "FromCountry", "Caller",
    "FromCity", "CalledState", "FromZip", "AnsweredBy", "FromState", "RecordingDuration",
)  # fmt: skip
TEXT = (
    "ToCountry", "ErrorUrl", "MediaContentType", "ToState", "SmsMessageSid", "ErrorCode",
    "NumMedia", "ToCity", "FromZip", "SmsSid", "FromState", "SmsStatus", "FromCity", "Body",
    "FromCountry", "To", "MessagingServiceSid", "ToZip", "NumSegments", "MessageSid", "AccountSid",
    "From", "MediaUrl", "ApiVersion",
)  # fmt: skip


def in_order(
    fields: Iterable[tuple[str, str]], order: tuple[str, ...]
) -> tuple[tuple[str, str], ...]:
    """Sort fields by their names without numbers; those that aren't in the order come last."""
    places = {name: place for place, name in enumerate(order)}
    return tuple(sorted(fields, key=lambda field: places.get(_kind(field[0]), len(order))))


def _kind(name: str) -> str:
    return re.sub(r"[0-9]+$", "", name)
