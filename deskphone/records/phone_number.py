"""The account's numbers."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class PhoneNumber:
    """A number of the account (IncomingPhoneNumber) and the webhooks for its texts and calls.

    An application whose SID it has handles them instead, and the webhooks are unused.
    `changed` is whether its settings were changed since it was bought. `shared_key` signs the
    webhooks of its texts and calls; if it is "", the auth token does.
    """

    sid: str
    phone_number: str
    friendly_name: str
    created: datetime
    updated: datetime
    changed: bool = False
    voice_url: str = ""
    voice_method: str = "POST"
    voice_fallback_url: str = ""
    voice_fallback_method: str = "POST"
    sms_url: str = ""
    sms_method: str = "POST"
    sms_fallback_url: str = ""
    sms_fallback_method: str = "POST"
    status_callback: str = ""
    status_callback_method: str = "POST"
    shared_key: str = ""
    voice_application_sid: str = ""
    sms_application_sid: str = ""
