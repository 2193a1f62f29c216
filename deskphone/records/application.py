"""TwiML applications: the URLs that handle the calls of clients."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Application:
    """A TwiML application. Its URLs are "" if they aren't set."""

    sid: str
    friendly_name: str
    created: datetime
    updated: datetime
    voice_url: str = ""
    voice_method: str = "POST"
    voice_fallback_url: str = ""
    voice_fallback_method: str = "POST"
    status_callback: str = ""
    status_callback_method: str = "POST"
    sms_url: str = ""
    sms_method: str = "POST"
    sms_fallback_url: str = ""
    sms_fallback_method: str = "POST"
    sms_status_callback: str = ""
    message_status_callback: str = ""
    voice_caller_id_lookup: bool = False
    public_application_connect_enabled: bool = False
