"""Transcriptions: what was typed as speech during a recording."""

from deskphone.account.store import new_sid
from deskphone.line.fields import Fields
from deskphone.records.addresses import ACCOUNT_PATH, recording_url
from deskphone.records.call import Call
from deskphone.records.recording import Recording
from deskphone.values import ACCOUNT_SID

SHORTEST_S, LONGEST_S = 2, 120
"""Twilio transcribes recordings longer than the minimum and up to the maximum."""


def transcription_of(recording: Recording, call: Call, words: str) -> Fields:
    """Return the fields for `transcribeCallback` (twilio.com/docs/voice/twiml/record).

    `words` are what the person typed. Without them, or where Twilio wouldn't transcribe, the
    transcription has failed.
    """
    is_right_length = SHORTEST_S < (recording.duration_s or 0) <= LONGEST_S
    is_done = is_right_length and bool(words)
    sid = new_sid("TR")
    return (
        ("TranscriptionSid", sid),
        ("TranscriptionText", words if is_done else ""),
        ("TranscriptionStatus", "completed" if is_done else "failed"),
        ("TranscriptionUrl", f"https://api.twilio.com{ACCOUNT_PATH}/Transcriptions/{sid}"),
        ("RecordingSid", recording.sid),
        ("RecordingUrl", recording_url(recording)),
        ("CallSid", call.sid),
        ("AccountSid", ACCOUNT_SID),
        ("From", call.sender),
        ("To", call.to),
    )
