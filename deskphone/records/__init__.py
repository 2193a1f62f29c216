"""What the emulator remembers.

Plain records without behaviour. `wire` turns them into Twilio's JSON.
"""

from deskphone.records.calls import (
    ENDED_CALL,
    Call,
    CallStatus,
    Entry,
    MachineDetection,
    RecordingOptions,
    Track,
    Want,
)
from deskphone.records.conferences import Conference, Participant
from deskphone.records.history import (
    Alert,
    Delivery,
    SignatureCheck,
    SignatureStep,
)
from deskphone.records.instructions import Direction, Instructions, Music, StatusCallback
from deskphone.records.keys import Key
from deskphone.records.messages import ENDED_MESSAGE, Media, Message, MessageStatus
from deskphone.records.phone_numbers import PhoneNumber
from deskphone.records.queues import Member, Queue
from deskphone.records.recordings import Recording

__all__ = [
    "ENDED_CALL",
    "ENDED_MESSAGE",
    "Alert",
    "Call",
    "CallStatus",
    "Conference",
    "Delivery",
    "Direction",
    "Entry",
    "Instructions",
    "Key",
    "MachineDetection",
    "Media",
    "Member",
    "Message",
    "MessageStatus",
    "Music",
    "Participant",
    "PhoneNumber",
    "Queue",
    "Record",
    "Recording",
    "RecordingOptions",
    "SignatureCheck",
    "SignatureStep",
    "StatusCallback",
    "Track",
    "Want",
]

Record = Message | Call | PhoneNumber | Recording | Queue | Conference | Delivery | Alert
"""Everything that is kept; each has a SID."""
