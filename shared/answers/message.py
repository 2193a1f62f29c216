"""TwimlMessage: say text and play sounds, like twimlets.com/message."""

from collections.abc import Iterable

from twilio.twiml.voice_response import VoiceResponse

from shared.answers.spoken import play_or_say


def announcement(messages: Iterable[str]) -> VoiceResponse:
    """Play each message that is an http(s) URL, say the others, and skip blank ones."""
    response = VoiceResponse()
    for message in messages:
        play_or_say(response, message)
    return response
