"""TwimlVoicemail: record a message, like twimlets.com/voicemail, and text its owner."""

from typing import NamedTuple, Self

from twilio.twiml.voice_response import VoiceResponse

from shared.answers.spoken import play_or_say
from shared.twimlet_parameters import Field, Pairs, choice, phone_number, step_url, text

LANGUAGES = ("en", "en-gb", "es", "fr", "de")
VOICES = ("man", "woman")


class Voicemail(NamedTuple):
    """What the caller hears, in which voice, and the number of the owner who is told."""

    notify: str
    message: str
    language: str
    voice: str

    @classmethod
    def from_query(cls, query: Pairs) -> Self:
        """Read Notify, Message, Language and Voice; Email and Transcribe have no effect."""
        return cls(
            notify=phone_number(query, "Notify"),
            message=text(query, "Message"),
            language=choice(query, "Language", LANGUAGES),
            voice=choice(query, "Voice", VOICES),
        )


def voicemail(wanted: Voicemail, field: Field) -> VoiceResponse:
    """Record; the step that follows, at the same URL, says good bye.

    OnRecording gets the report that the recording is ready, with the owner's number in its query.
    """
    response = VoiceResponse()
    if field("RecordingUrl"):
        response.say("Thanks.  Good bye.")
        response.hangup()
        return response
    if wanted.message:
        play_or_say(response, wanted.message, voice=wanted.voice, language=wanted.language)
    else:
        response.say("Please leave a message after the beep.")
    report = step_url("OnRecording", ("Notify", wanted.notify)) if wanted.notify else "OnRecording"
    response.record(recording_status_callback=report)
    return response
