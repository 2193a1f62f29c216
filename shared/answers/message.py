"""TwimlMessage: speak texts and play sounds, like twimlets.com/message."""

import re
from collections.abc import Iterable

from twilio.twiml.voice_response import VoiceResponse

from shared.xml_text import xml_text

# `Message`, `Message[0]`, `Message[]`: PHP's ways to write one entry or a list.
_MESSAGE = re.compile(r"Message(\[[^\]]*\])?")
_URL = re.compile(r"https?://", re.IGNORECASE)


def entries(parameters: Iterable[tuple[str, str]]) -> list[str]:
    """The messages of a query, in the order in which they are written."""
    return [value for name, value in parameters if _MESSAGE.fullmatch(name)]


def announcement(messages: Iterable[str]) -> VoiceResponse:
    """Play each message that is an http(s) URL, say each other one, pass over blank ones."""
    response = VoiceResponse()
    for message in messages:
        text = xml_text(message).strip()
        if _URL.match(text):
            response.play(text)
        elif text:
            response.say(text)
    return response
