"""What handles a number's calls and texts: its own webhooks, or a TwiML application.

With an application, Twilio ignores the number's URLs (OpenAPI, IncomingPhoneNumber resource).
"""

from deskphone.account.store import Store
from deskphone.records.instructions import TextHandler, VoiceHandler
from deskphone.records.phone_number import PhoneNumber


def voice_handler(number: PhoneNumber, store: Store) -> VoiceHandler:
    """Return the application for a number's calls, or the number itself."""
    return store.applications.get(number.voice_application_sid) or number


def text_handler(number: PhoneNumber, store: Store) -> TextHandler:
    """Return the application for a number's texts, or the number itself."""
    return store.applications.get(number.sms_application_sid) or number
