"""TwimlHoldMusic: music for people who wait, like twimlets.com/holdmusic without its buckets."""

from random import Random, SystemRandom
from typing import NamedTuple, Self

from twilio.twiml.voice_response import VoiceResponse

from shared.answers.melodies import BUCKETS
from shared.answers.parameters import (
    Pairs,
    entries,
    ignored,
    is_url,
    percent_encoded,
    step_url,
    text,
)
from shared.answers.spoken import play_or_say

# Enough for an hour; what is left out may come when the document is fetched for the next round.
MAX_TRACKS = 20


class HoldMusic(NamedTuple):
    """The URLs of the music, and what is heard after each track.

    `is_given` tells whether anybody asked for music at all.
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
            ignored("Track")
        if not tracks and bucket in BUCKETS:
            tracks = [step_url("GetHoldMusic", ("Bucket", bucket))]
        return cls(tracks, text(query, "Message"), bool(written or bucket))


def hold_music(wanted: HoldMusic, random: Random | None = None) -> VoiceResponse:
    """Play the tracks in an order that `random` decides, then begin again."""
    source = random or SystemRandom()
    response = VoiceResponse()
    if not wanted.is_given:
        response.say("An S 3 bucket is required.")
        return response
    if not wanted.tracks:
        ignored("Bucket")
        response.say("Failed to fetch the hold music.")
        return response
    for track in source.sample(wanted.tracks, min(len(wanted.tracks), MAX_TRACKS)):
        response.play(track)
        play_or_say(response, wanted.message)
    response.redirect("")
    return response
