"""Transcriptions: what was said in a recording, as far as it was typed."""

from deskphone.account.store import new_sid
from deskphone.line.fields import Fields
from deskphone.records.addresses import ACCOUNT_PATH, recording_url
from deskphone.records.call import Call
from deskphone.records.recording import Recording
from deskphone.values import ACCOUNT_SID

SHORTEST_S, LONGEST_S = 2, 120
"""What Twilio transcribes is longer than the one and no longer than the other."""


def transcription_of(recording: Recording, call: Call, words: str) -> Fields:
    """Return the report for `transcribeCallback` (twilio.com/docs/voice/twiml/record).

    `words` are those that the person typed; without them, or where Twilio would not transcribe, it
    has failed.
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
