"""TwimlHoldMusic: hold music, like twimlets.com/holdmusic but without S3 buckets."""

from random import Random, SystemRandom
from typing import NamedTuple, Self

from twilio.twiml.voice_response import VoiceResponse

from shared.answers.melodies import BUCKETS
from shared.answers.parameters import (
    NOT_A_URL,
    Pairs,
    entries,
    ignored,
    is_url,
    percent_encoded,
    step_url,
    text,
)
from shared.answers.spoken import play_or_say

# Enough for an hour. Twilio fetches the document again after that, and may get other tracks.
MAX_TRACKS = 20


class HoldMusic(NamedTuple):
    """The URLs of the tracks, and a message after each.

    `is_given` says whether the query asks for any music.
    """

    tracks: list[str]
    message: str
    is_given: bool

    @classmethod
    def from_query(cls, query: Pairs) -> Self:
        """Read Track[n] (http(s) URLs), else Bucket (the name of a bundled melody), and Message."""
        written, bucket = entries(query, "Track"), text(query, "Bucket")
        tracks = [percent_encoded(track) for track in written if is_url(track)]
        if len(tracks) < len(written):
            ignored("Track", NOT_A_URL)
        if not tracks and bucket in BUCKETS:
            tracks = [step_url("GetHoldMusic", ("Bucket", bucket))]
        elif not tracks and bucket:
            ignored("Bucket", "is not one of GetHoldMusic's melodies")
        return cls(tracks, text(query, "Message"), bool(written or bucket))


def hold_music(wanted: HoldMusic, random: Random | None = None) -> VoiceResponse:
    """Play the tracks in random order, then start again; `random` is for tests."""
    source = random or SystemRandom()
    response = VoiceResponse()
    if not wanted.is_given:
        response.say("An S 3 bucket is required.")
        return response
    if not wanted.tracks:
        response.say("Failed to fetch the hold music.")
        return response
    for track in source.sample(wanted.tracks, min(len(wanted.tracks), MAX_TRACKS)):
        response.play(track)
        play_or_say(response, wanted.message)
    response.redirect("")
    return response
