"""What the emulator remembers.

Plain records without behaviour. `wire` turns them into Twilio's JSON.
"""

from emulator.twilio.records.calls import (
    ENDED_CALL,
    Call,
    CallStatus,
    Entry,
    MachineDetection,
    RecordingOptions,
    Track,
    Want,
)
from emulator.twilio.records.conferences import Conference, Participant
from emulator.twilio.records.history import (
    Alert,
    Delivery,
    SignatureCheck,
    SignatureStep,
)
from emulator.twilio.records.instructions import Direction, Instructions, Music, StatusCallback
from emulator.twilio.records.keys import Key
from emulator.twilio.records.messages import ENDED_MESSAGE, Media, Message, MessageStatus
from emulator.twilio.records.phone_numbers import PhoneNumber
from emulator.twilio.records.queues import Member, Queue
from emulator.twilio.records.recordings import Recording

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

type Record = Message | Call | PhoneNumber | Recording | Queue | Conference | Delivery | Alert
"""Everything that is kept; each has a SID."""
