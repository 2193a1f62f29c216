"""The TwiML that the emulator runs, element by element; emulator-coverage.md is generated from it.

The names are those in Twilio's own Python package; a test compares the two. An element or attribute
at level "no" is a gap: a call that reaches it stops, with an alert that names it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Level = Literal["yes", "partly", "no"]


@dataclass(frozen=True)
class Element:
    """One TwiML element.

    The level of emulation for it and for its attributes, and a note for the reader.
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
"""Elements allowed inside Say, with their attributes."""

RECOGNITION = (
    "bargeIn", "debug", "enhanced", "hints", "language", "maxSpeechTime", "profanityFilter",
    "speechModel",
)  # fmt: skip
"""Attributes of Gather that don't apply to typed speech."""

MESSAGE_ATTRIBUTES: Mapping[str, Level] = dict.fromkeys(
    ("to", "from", "statusCallback", "action", "method"), "yes"
)

VOICE: Mapping[str, Element] = {
    "Say": Element(
        "yes",
        {"voice": "partly", "language": "partly", "loop": "yes"},
        "eSpeak NG speaks the language in a man's or a woman's voice; SSML is plain text.",
    ),
    "Play": Element(
        "yes",
        {"loop": "yes", "digits": "yes"},
        "WAV, MP3 and mu-law are heard. AIFF and GSM are a soft tone of the estimated length.",
    ),
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
        "Speech is typed, so there is no recognition: its options are validated but have no "
        "effect.",
    ),
    "Redirect": Element("yes", {"method": "yes"}),
    "Reject": Element("yes", {"reason": "yes"}),
    "Hangup": Element("yes"),
    "Dial": Element(
        "partly",
        {
            **dict.fromkeys(
                (
                    "action", "method", "timeout", "timeLimit", "callerId", "hangupOnStar",
                    "answerOnBridge", "record", "sequential", "recordingStatusCallback",
                    "recordingStatusCallbackMethod", "recordingStatusCallbackEvent",
                    "recordingTrack",
                ),
                "yes",
            ),
            **dict.fromkeys(("ringTone", "trim"), "partly"),
            **dict.fromkeys(
                (
                    "referUrl", "referMethod", "callReason", "events", "recordingConfigurationId",
                    "passports",
                ),
                "no",
            ),
        },
        "`ringTone` and `trim` are validated but have no effect. "
        "`Sip`, `Sim`, `Application` and `WhatsApp` inside aren't emulated.",
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
    "Client": Element(
        "partly",
        dict.fromkeys(
            ("url", "method", "statusCallback", "statusCallbackEvent", "statusCallbackMethod"),
            "yes",
        ),
        "Rings the identity's browsers or, if none has registered since the start, a handset of "
        "the phone page.",
    ),
    "Identity": Element("yes"),
    "Parameter": Element("partly", {"name": "yes", "value": "yes"}, "Only in `<Client>`."),
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
        "Typed words count as speech, and the recording has them spoken.",
    ),
    "Enqueue": Element(
        "partly",
        {
            **dict.fromkeys(
                ("action", "method", "waitUrl", "waitUrlMethod", "maxQueueSize"), "yes"
            ),
            "workflowSid": "no",
        },
        "Named queues only, without TaskRouter.",
    ),
    "Leave": Element("yes"),
    "Sms": Element(
        "yes",
        MESSAGE_ATTRIBUTES,
    ),
    "Queue": Element(
        "partly",
        {
            **dict.fromkeys(("url", "method"), "yes"),
            **dict.fromkeys(("reservationSid", "postWorkActivitySid"), "no"),
        },
        "Without TaskRouter.",
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
                    "recordingStatusCallbackEvent", "region",
                ),
                "yes",
            ),
            **dict.fromkeys(("jitterBufferSize", "trim"), "partly"),
            **dict.fromkeys(("eventCallbackUrl", "recordingConfigurationId"), "no"),
        },
        "`jitterBufferSize` and `trim` have no effect.",
    ),
    **{
        name: Element("no")
        for name in (
            "Connect", "Echo", "Pay", "Prompt", "Refer", "Start", "Stop",
        )
    },
    **{
        name: Element("partly", dict.fromkeys(attributes, "partly"), "Only the text is spoken.")
        for name, attributes in SSML.items()
    },
}  # fmt: skip

MESSAGING: Mapping[str, Element] = {
    "Message": Element(
        "yes",
        MESSAGE_ATTRIBUTES,
        "At most ten replies per text (14109).",
    ),
    "Body": Element("yes"),
    "Media": Element("yes"),
    "Redirect": Element("yes", {"method": "yes"}, "At most fifty documents per text (14106)."),
    "Sms": Element("yes", MESSAGE_ATTRIBUTES, "The old name of `<Message>`."),
}

NOT_EMULATED_INSIDE = (
    "AiSession", "Application", "ApplicationSid", "Autopilot", "Config",
    "Conversation", "ConversationRelay", "ConversationRelaySession", "Header", "Headers",
    "Language", "Recording", "Room", "Sim", "Sip", "Siprec",
    "Stream", "Task", "Transcription", "Uri", "VirtualAgent", "WhatsApp",
)  # fmt: skip
"""Elements that only occur inside verbs that are gaps themselves."""
