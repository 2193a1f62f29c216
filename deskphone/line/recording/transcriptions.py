"""Transcriptions: what was typed as speech during a recording."""

from deskphone.account.store import new_sid
from deskphone.line.fields import Fields
from deskphone.records.addresses import API_VERSION, recording_url
from deskphone.records.call import Call
from deskphone.records.recording import Recording
from deskphone.values import ACCOUNT_SID

SHORTEST_S, LONGEST_S = 2, 120
"""Twilio transcribes recordings longer than the minimum and up to the maximum."""


def is_right_length(recording: Recording) -> bool:
    """Whether Twilio transcribes recordings of this length."""
    return SHORTEST_S < (recording.duration_s or 0) <= LONGEST_S


def transcription_of(recording: Recording, call: Call, words: str, callback_url: str) -> Fields:
    """Return the fields for `transcribeCallback` (twilio.com/docs/voice/twiml/record).

    `words` are what the person typed. Without them, or where Twilio wouldn't transcribe, the
    transcription has failed. `CallStatus` is completed, as in both recorded requests: at Twilio
    a transcription takes longer than the rest of the call.
    """
    is_done = is_right_length(recording) and bool(words)
    sid = new_sid("TR")
    return (
        ("ApiVersion", API_VERSION),
        ("TranscriptionType", "fast"),
        ("TranscriptionUrl", f"{recording_url(recording)}/Transcriptions/{sid}"),
        ("TranscriptionSid", sid),
        ("Called", call.to),
        ("RecordingSid", recording.sid),
        ("CallStatus", "completed"),
        ("RecordingUrl", recording_url(recording)),
        ("From", call.sender),
        ("Direction", call.direction),
        ("url", callback_url),
        ("AccountSid", ACCOUNT_SID),
        ("TranscriptionText", words if is_done else ""),
        ("Caller", call.sender),
        ("TranscriptionStatus", "completed" if is_done else "failed"),
        ("CallSid", call.sid),
        ("To", call.to),
    )
