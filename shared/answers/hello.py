"""TwimlHello: say "Hello World"."""

from twilio.twiml.voice_response import VoiceResponse


def greeting() -> VoiceResponse:
    """Say one fixed sentence and hang up."""
    response = VoiceResponse()
    response.say("Hello World")
    return response
