"""TwimlVoicemail: record a message, like twimlets.com/voicemail, and text the owner."""

from typing import NamedTuple, Self

from twilio.twiml.voice_response import VoiceResponse

from shared.answers.facts import Facts
from shared.answers.parameters import (
    Pairs,
    choice,
    phone_number,
    seconds,
    step_url,
    text,
)
from shared.answers.spoken import play_or_say

LANGUAGES = ("en", "en-gb", "es", "fr", "de")
VOICES = ("man", "woman")
# Without a limit, <Record> continues for an hour. The originals transcribe, which makes Twilio end
# a recording after two minutes. Source: <Record>, maxLength.
DEFAULT_LENGTH_S = 120
SHORTEST_S, LONGEST_S = 2, 3600
# Make Twilio retry the report. Without retries, the owner hears nothing if the app can't verify the
# first one. All attempts together take at most 15 s. The fragment is neither sent nor signed.
# Source: webhooks, connection overrides.
REPEATED = "#rc=2&rp=5xx,ct"


class Voicemail(NamedTuple):
    """What the caller hears, in which voice, and the number of the owner to text.

    `max_length_s` is how long a recording may be.
    """

    notify: str
    message: str
    language: str
    voice: str
    max_length_s: int

    @classmethod
    def from_query(cls, query: Pairs) -> Self:
        """Read Notify, Message, Language, Voice, MaxLength; Email and Transcribe have no effect."""
        return cls(
            notify=phone_number(query, "Notify"),
            message=text(query, "Message"),
            language=choice(query, "Language", LANGUAGES),
            voice=choice(query, "Voice", VOICES),
            max_length_s=seconds(query, "MaxLength", SHORTEST_S, LONGEST_S) or DEFAULT_LENGTH_S,
        )


def voicemail(wanted: Voicemail, facts: Facts) -> VoiceResponse:
    """Record a message; in the next step, at the same URL, say goodbye.

    OnRecording gets the report that the recording is ready, with the owner's number in its query.
    Twilio retries it twice if the connection fails or the response is a 5xx.
    """
    response = VoiceResponse()
    # External storage for recordings leaves out the URL.
    if facts.steering("RecordingUrl") or facts.steering("RecordingSid"):
        response.say("Thanks. Goodbye.")
        response.hangup()
        return response
    if wanted.message:
        play_or_say(response, wanted.message, voice=wanted.voice, language=wanted.language)
    else:
        response.say("Please leave a message after the beep.")
    report = step_url("OnRecording", ("Notify", wanted.notify)) if wanted.notify else "OnRecording"
    response.record(max_length=wanted.max_length_s, recording_status_callback=report + REPEATED)
    return response
