"""Calling a participant for a conference: the parameters, and the TwiML that the call runs."""

import re
from collections.abc import Mapping
from xml.etree.ElementTree import Element, SubElement, tostring

from deskphone.records.instructions import StatusCallback
from deskphone.rest.errors import UNNUMBERED, TwilioRefusalError
from deskphone.rest.parameters import Parameters

OF_THE_CALL = (
    "From", "To", "StatusCallback", "StatusCallbackMethod", "StatusCallbackEvent", "Timeout",
    "TimeLimit", "Record", "RecordingChannels", "RecordingTrack", "RecordingStatusCallback",
    "RecordingStatusCallbackMethod", "RecordingStatusCallbackEvent", "Trim",
)  # fmt: skip
"""Parameters that work like those of any call."""
URLS = {
    "WaitUrl": "waitUrl",
    "ConferenceStatusCallback": "statusCallback",
    "ConferenceRecordingStatusCallback": "recordingStatusCallback",
}
METHODS = {
    "WaitMethod": "waitMethod",
    "ConferenceStatusCallbackMethod": "statusCallbackMethod",
    "ConferenceRecordingStatusCallbackMethod": "recordingStatusCallbackMethod",
}
FLAGS = {
    "Muted": "muted",
    "StartConferenceOnEnter": "startConferenceOnEnter",
    "EndConferenceOnExit": "endConferenceOnExit",
}
CHOICES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "Beep": ("beep", ("true", "false", "onEnter", "onExit")),
    "ConferenceRecord": ("record", ("true", "false", "record-from-start", "do-not-record")),
    "ConferenceTrim": ("trim", ("trim-silence", "do-not-trim")),
    "JitterBufferSize": ("jitterBufferSize", ("off", "small", "medium", "large")),
}
EVENTS = {
    "ConferenceStatusCallbackEvent": ("statusCallbackEvent", "start end"),
    "ConferenceRecordingStatusCallbackEvent": ("recordingStatusCallbackEvent", "completed"),
}
OTHERS = {"Label": "participantLabel", "Region": "region", "CallSidToCoach": "coach"}
EMULATED = (
    *OF_THE_CALL, *URLS, *METHODS, *FLAGS, *CHOICES, *EVENTS, *OTHERS,
    "MaxParticipants", "Coaching", "EarlyMedia",
)  # fmt: skip
NOT_EMULATED = (
    "SipAuthUsername", "SipAuthPassword", "Byoc", "CallerId", "CallReason", "MachineDetection",
    "MachineDetectionTimeout", "MachineDetectionSpeechThreshold",
    "MachineDetectionSpeechEndThreshold", "MachineDetectionSilenceTimeout", "AmdStatusCallback",
    "AmdStatusCallbackMethod", "CallToken", "ClientNotificationUrl", "CallerDisplayName",
)  # fmt: skip


NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters that XML can't represent."""


def document_of(name: str, parameters: Parameters) -> str:
    """Return the TwiML that joins the conference; raise TwilioRefusalError."""
    response = Element("Response")
    conference = SubElement(SubElement(response, "Dial"), "Conference", _attributes(parameters))
    conference.text = name
    document = tostring(response, encoding="unicode")
    if NO_XML.search(document):
        raise TwilioRefusalError(
            UNNUMBERED, "A parameter contains a character that TwiML can't contain"
        )
    return document


def call_parameters(parameters: Parameters) -> Parameters:
    """Return the parameters of the call alone, with a placeholder for the real TwiML."""
    pairs = [(name, value) for name in OF_THE_CALL for value in parameters.texts(name)]
    return Parameters([*pairs, ("Twiml", "<Response/>")])


def callback_of(parameters: Parameters) -> StatusCallback | None:
    """Return the conference's status callback, if this participant starts the conference."""
    url = parameters.url("ConferenceStatusCallback", UNNUMBERED)
    method = parameters.method("ConferenceStatusCallbackMethod", UNNUMBERED)
    events = tuple(" ".join(parameters.texts("ConferenceStatusCallbackEvent")).split())
    return StatusCallback(url, method, events or ("start", "end")) if url else None


def flag(parameters: Parameters, name: str) -> bool:
    """Return a boolean; like in Twilio, anything but true is false."""
    return parameters.text(name).lower() == "true"


def coached(parameters: Parameters) -> str | None:
    """Return the SID of the call to coach, or None."""
    sid, is_told = parameters.text("CallSidToCoach"), "Coaching" in parameters
    if is_told and flag(parameters, "Coaching") and not sid:
        raise TwilioRefusalError(UNNUMBERED, "Coaching requires CallSidToCoach")
    return sid if sid and (flag(parameters, "Coaching") or not is_told) else None


def _attributes(parameters: Parameters) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, attribute in URLS.items():
        if name in parameters:
            found[attribute] = parameters.url(name, UNNUMBERED)
    for name, attribute in METHODS.items():
        if name in parameters:
            found[attribute] = parameters.method(name, UNNUMBERED)
    for name, attribute in FLAGS.items():
        if name in parameters:
            found[attribute] = str(flag(parameters, name)).lower()
    for name, (attribute, allowed) in CHOICES.items():
        if parameters.text(name):
            if parameters.text(name) not in allowed:
                raise TwilioRefusalError(UNNUMBERED, f"{name} must be one of {', '.join(allowed)}")
            found[attribute] = parameters.text(name)
    for name, (attribute, default) in EVENTS.items():
        found[attribute] = " ".join(parameters.texts(name)) or default
    for name, attribute in OTHERS.items():
        if parameters.text(name):
            found[attribute] = parameters.text(name)
    most = parameters.whole("MaxParticipants", UNNUMBERED, 250, 2, 250)
    if coached(parameters) is None:
        found.pop("coach", None)
    return {**found, "maxParticipants": str(most)}
