"""Calling a participant for a conference: the parameters, and the TwiML that the call runs."""

import re
from collections.abc import Mapping
from xml.etree.ElementTree import Element, SubElement, tostring

from deskphone.line.conferences.reports import EVENTS as CONFERENCE_EVENTS
from deskphone.records.conference import REGIONS
from deskphone.records.instructions import StatusCallback
from deskphone.records.recording import RECORDING_EVENTS
from deskphone.rest.errors import UNNUMBERED, NotEmulatedError, TwilioRefusalError
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
    "Region": ("region", REGIONS),
}
EVENTS: Mapping[str, tuple[str, tuple[str, ...], str]] = {
    "ConferenceStatusCallbackEvent": ("statusCallbackEvent", CONFERENCE_EVENTS, "start end"),
    "ConferenceRecordingStatusCallbackEvent": (
        "recordingStatusCallbackEvent", RECORDING_EVENTS, "completed",
    ),
}  # fmt: skip
OTHERS = {"Label": "participantLabel", "CallSidToCoach": "coach"}
EMULATED = (
    *OF_THE_CALL, *URLS, *METHODS, *FLAGS, *CHOICES, *EVENTS, *OTHERS,
    "MaxParticipants", "Coaching", "EarlyMedia",
)  # fmt: skip
NOT_EMULATED = (
    "SipAuthUsername", "SipAuthPassword", "Byoc", "CallerId", "CallReason", "MachineDetection",
    "MachineDetectionTimeout", "MachineDetectionSpeechThreshold",
    "MachineDetectionSpeechEndThreshold", "MachineDetectionSilenceTimeout", "AmdStatusCallback",
    "AmdStatusCallbackMethod", "CallToken", "ClientNotificationUrl", "CallerDisplayName",
    "RecordingConfigurationId", "Passports", "EmergencyCallerPosition", "EmergencyCallerLocation",
    "EmergencyName", "EmergencyAddress", "EmergencyZipCode", "EmergencyCity", "EmergencyState",
    "EmergencyCountry",
)  # fmt: skip

ONLY_OF_CALLS = ("AsyncAmd", "AsyncAmdStatusCallback", "AsyncAmdStatusCallbackMethod")
"""Parameters that Twilio ignores with a warning (docs/api/errors/21263)."""

RECORDING_CALLBACKS = {
    "RecordingStatusCallback": "RecordingStatusCallbackEvent",
    "ConferenceRecordingStatusCallback": "ConferenceRecordingStatusCallbackEvent",
}
FAILED = "failed"
"""A recording event that only participants have; recordings never fail here."""
EVENT_GAPS = ("started", "paused", "resumed", "stopped")
"""Other recording events that only participants have (OpenAPI, Participant resource)."""

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


def emulated(parameters: Parameters) -> Parameters:
    """Return the parameters without the recording event `failed`; refuse events that are gaps."""
    pairs = parameters.pairs()
    for url, name in RECORDING_CALLBACKS.items():
        given = " ".join(parameters.texts(name)).split()
        gap = next((event for event in given if event in EVENT_GAPS), None)
        if gap is not None and name in OF_THE_CALL:
            raise NotEmulatedError(f"The recording event {gap}")
        left = [event for event in given if event != FAILED]
        unused = {name, url} if given and not left else {name}
        pairs = [pair for pair in pairs if pair[0] not in unused]
        pairs += [(name, event) for event in left]
    return Parameters(pairs)


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


def coached(parameters: Parameters) -> str | None:
    """Return the SID of the call to coach, or None."""
    sid, is_told = parameters.text("CallSidToCoach"), "Coaching" in parameters
    if is_told and parameters.flag("Coaching") and not sid:
        raise TwilioRefusalError(UNNUMBERED, "Coaching requires CallSidToCoach")
    return sid if sid and (parameters.flag("Coaching") or not is_told) else None


def _attributes(parameters: Parameters) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, attribute in URLS.items():
        if name in parameters:
            found[attribute] = parameters.url(name, UNNUMBERED)
    for name, attribute in METHODS.items():
        if name in parameters:
            found[attribute] = parameters.method(name, UNNUMBERED)
    for name, attribute in FLAGS.items():
        if parameters.text(name):
            found[attribute] = str(parameters.flag(name)).lower()
    for name, (attribute, allowed) in CHOICES.items():
        if parameters.text(name):
            if parameters.text(name) not in allowed:
                raise TwilioRefusalError(UNNUMBERED, f"{name} must be one of {', '.join(allowed)}")
            found[attribute] = parameters.text(name)
    for name, (attribute, allowed, default) in EVENTS.items():
        given = " ".join(parameters.texts(name)) or default
        if not set(given.split()) <= set(allowed):
            raise TwilioRefusalError(UNNUMBERED, f"{name} must be one of {', '.join(allowed)}")
        found[attribute] = given
    parameters.flag("EarlyMedia")
    for name, attribute in OTHERS.items():
        if parameters.text(name):
            found[attribute] = parameters.text(name)
    most = parameters.whole("MaxParticipants", UNNUMBERED, 250, 2, 250)
    if coached(parameters) is None:
        found.pop("coach", None)
    return {**found, "maxParticipants": str(most)}
