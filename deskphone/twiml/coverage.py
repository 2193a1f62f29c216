"""The TwiML that the emulator runs, element by element: the source of emulator-coverage.md.

The names are those that Twilio's own Python package knows; a test compares the two. An element or
attribute at level "no" is a gap: a call that comes to it stops, with an alert that names it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Level = Literal["yes", "partly", "no"]


@dataclass(frozen=True)
class Element:
    """One TwiML element.

    How far it is emulated, its attributes likewise, and a remark for the reader.
    """

    level: Level
    attributes: Mapping[str, Level] = field(default_factory=dict[str, Level])
    remark: str = ""


SSML: Mapping[str, tuple[str, ...]] = {
    "break": ("strength", "time"),
    "emphasis": ("level",),
    "lang": ("xml:lang",),
    "p": (),
    "phoneme": ("alphabet", "ph"),
    "prosody": ("volume", "rate", "pitch"),
    "s": (),
    "say-as": ("interpret-as", "format"),
    "sub": ("alias",),
    "w": ("role",),
}
"""What may stand inside Say, with its attributes."""

RECOGNITION = (
    "bargeIn", "debug", "enhanced", "hints", "language", "maxSpeechTime", "profanityFilter",
    "speechModel",
)  # fmt: skip
"""Attributes of Gather that mean nothing for words that are typed."""

MESSAGE_ATTRIBUTES: Mapping[str, Level] = dict.fromkeys(
    ("to", "from", "statusCallback", "action", "method"), "yes"
)

VOICE: Mapping[str, Element] = {
    "Say": Element(
        "yes",
        {"voice": "partly", "language": "partly", "loop": "yes"},
        "Any voice and language is taken; how long it takes is estimated from the text.",
    ),
    "Play": Element("yes", {"loop": "yes", "digits": "yes"}, "Exact in length for WAV only."),
    "Pause": Element("yes", {"length": "yes"}),
    "Gather": Element(
        "yes",
        {
            **dict.fromkeys(RECOGNITION, "partly"),
            "input": "yes",
            "speechTimeout": "yes",
            "partialResultCallback": "yes",
            "partialResultCallbackMethod": "yes",
            "action": "yes",
            "method": "yes",
            "timeout": "yes",
            "numDigits": "yes",
            "finishOnKey": "yes",
            "actionOnEmptyResult": "yes",
        },
        "Words are typed, so nothing is recognized: what tunes that is checked and has no effect. "
        "Any `speechModel` is taken.",
    ),
    "Redirect": Element("yes", {"method": "yes"}),
    "Reject": Element("yes", {"reason": "yes"}, "Parameter children are a gap."),
    "Hangup": Element("yes", {}, "Parameter children are a gap."),
    "Dial": Element(
        "partly",
        {
            **dict.fromkeys(
                (
                    "action", "method", "timeout", "timeLimit", "callerId", "hangupOnStar",
                    "answerOnBridge", "record", "sequential", "recordingStatusCallback",
                    "recordingStatusCallbackMethod", "recordingStatusCallbackEvent",
                ),
                "yes",
            ),
            **dict.fromkeys(("ringTone", "trim", "recordingTrack"), "partly"),
            **dict.fromkeys(
                (
                    "referUrl", "referMethod", "callReason", "events", "recordingConfigurationId",
                    "passports",
                ),
                "no",
            ),
        },
        "`ringTone`, `trim`, `recordingTrack` are checked and have no effect: there is no audio. "
        "`Client`, `Sip`, `Sim`, `Application` and `WhatsApp` inside are gaps.",
    ),
    "Number": Element(
        "partly",
        {
            **dict.fromkeys(
                (
                    "sendDigits", "url", "method", "statusCallback", "statusCallbackEvent",
                    "statusCallbackMethod",
                ),
                "yes",
            ),
            **dict.fromkeys(
                (
                    "byoc", "machineDetection", "amdStatusCallbackMethod", "amdStatusCallback",
                    "machineDetectionTimeout", "machineDetectionSpeechThreshold",
                    "machineDetectionSpeechEndThreshold", "machineDetectionSilenceTimeout",
                ),
                "no",
            ),
        },
    ),
    "Record": Element(
        "partly",
        {
            **dict.fromkeys(
                (
                    "action", "method", "timeout", "finishOnKey", "maxLength", "playBeep", "trim",
                    "recordingStatusCallback", "recordingStatusCallbackMethod",
                    "recordingStatusCallbackEvent", "transcribe", "transcribeCallback",
                ),
                "yes",
            ),
            "recordingConfigurationId": "no",
        },
        "The sound is a hum of the right length. Words that are typed are what was said.",
    ),
    "Enqueue": Element(
        "partly",
        {
            **dict.fromkeys(
                ("action", "method", "waitUrl", "waitUrlMethod", "maxQueueSize"), "yes"
            ),
            "workflowSid": "no",
        },
        "Named queues only: what belongs to TaskRouter is a gap.",
    ),
    "Leave": Element("yes"),
    "Sms": Element(
        "yes",
        MESSAGE_ATTRIBUTES,
        "`action` is told `sending`, or `invalid` and no SID of a text that cannot be sent.",
    ),
    "Queue": Element(
        "partly",
        {
            **dict.fromkeys(("url", "method"), "yes"),
            **dict.fromkeys(("reservationSid", "postWorkActivitySid"), "no"),
        },
        "What belongs to TaskRouter is a gap.",
    ),
    "Conference": Element(
        "partly",
        {
            **dict.fromkeys(
                (
                    "muted", "beep", "startConferenceOnEnter", "endConferenceOnExit", "waitUrl",
                    "waitMethod", "maxParticipants", "participantLabel", "coach", "record",
                    "statusCallback", "statusCallbackEvent", "statusCallbackMethod",
                    "recordingStatusCallback", "recordingStatusCallbackMethod",
                    "recordingStatusCallbackEvent",
                ),
                "yes",
            ),
            **dict.fromkeys(("jitterBufferSize", "region", "trim"), "partly"),
            **dict.fromkeys(("eventCallbackUrl", "recordingConfigurationId"), "no"),
        },
        "`jitterBufferSize`, `region` and `trim` have no effect: there is no audio.",
    ),
    **{
        name: Element("no")
        for name in (
            "Connect", "Echo", "Pay", "Prompt", "Refer", "Start", "Stop",
        )
    },
    **{
        name: Element("partly", dict.fromkeys(attributes, "partly"), "Its text is spoken, no more.")
        for name, attributes in SSML.items()
    },
}  # fmt: skip

MESSAGING: Mapping[str, Element] = {
    "Message": Element(
        "yes",
        MESSAGE_ATTRIBUTES,
        "At most ten replies to one text (14109). `action` leads on, `statusCallback` is told.",
    ),
    "Body": Element("yes"),
    "Media": Element("yes"),
    "Redirect": Element("yes", {"method": "yes"}, "At most fifty documents to one text (14106)."),
    "Sms": Element("yes", MESSAGE_ATTRIBUTES, "The old name of Message."),
}

NOT_EMULATED_INSIDE = (
    "AiSession", "Application", "ApplicationSid", "Autopilot", "Client", "Config",
    "Conversation", "ConversationRelay", "ConversationRelaySession", "Header", "Headers",
    "Identity", "Language", "Parameter", "Recording", "Room", "Sim", "Sip", "Siprec",
    "Stream", "Task", "Transcription", "Uri", "VirtualAgent", "WhatsApp",
)  # fmt: skip
"""Elements that stand only inside verbs that are gaps themselves."""
