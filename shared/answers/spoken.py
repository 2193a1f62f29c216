"""What several Twimlets say: a message, which may be a sound, and an apology."""

from twilio.twiml.voice_response import Gather, VoiceResponse

from shared.answers.parameters import is_url, percent_encoded
from shared.xml_text import xml_text


def play_or_say(
    parent: VoiceResponse | Gather, message: str, *, voice: str = "", language: str = ""
) -> None:
    """Play a message that is an http(s) URL, say any other, and skip a blank one.

    `voice` and `language` are those of <Say>; without them, Twilio uses its defaults.
    """
    words = xml_text(message).strip()
    if is_url(words):
        parent.play(percent_encoded(words))
    elif words:
        parent.say(words, voice=voice or None, language=language or None)


def apology(reason: str) -> VoiceResponse:
    """Tell the caller why the line can't continue, and end the call."""
    response = VoiceResponse()
    response.say(f"This line is not set up correctly: {reason}.")
    return response
